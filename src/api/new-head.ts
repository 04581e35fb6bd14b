import { namingSync } from "../base/errors.ts";
import type { OpenedModel } from "../formats/format.ts";
import { isClassifier } from "../model/head/feature-value.ts";
import { kerasWithNewHead } from "../model/head/keras-new-head.ts";
import { lowerShared } from "../model/lowering/lower-shared.ts";
import { withNewHead } from "../model/head/new-head.ts";

/**
 * A model of any file with a new head for some classes. What the file says of its training is that of the
 * old head, and is left out.
 *
 * @throws StriateError naming the file, where there are fewer than two classes, or nothing to put it behind
 */
export function newHead(
  { network, keras }: OpenedModel,
  classNames: readonly string[],
  seed?: number,
): OpenedModel {
  return namingSync(network.origin.file ?? network.name, () => {
    if (keras === undefined) return { network: withNewHead(network, classNames, seed) };
    const model = kerasWithNewHead(keras, classNames, {
      ...(seed !== undefined && { seed }),
      isClassifier: isClassifier(network),
    });
    const lowered = lowerShared(model, { origin: network.origin });
    const { preprocessing } = network;
    return {
      keras: model,
      network: { ...lowered, labels: [...classNames], ...(preprocessing && { preprocessing }) },
    };
  });
}
