import { StriateError } from "../../base/errors.ts";
import { findHead } from "../../model/head.ts";
import type { Network } from "../../model/network.ts";
import type { Serialized } from "../../training/registry.ts";

/** Loss, labels and accuracy that fit the head of a classifier. */
export interface ClassifierLoss {
  loss: Serialized;
  accuracy: Serialized | string;
  labels: "binary" | "int";
  /** Whether the outputs are values before a sigmoid or softmax. */
  logits: boolean;
}

/**
 * What a classifier is trained with, by its output: one unit is a yes or no, several are classes.
 *
 * @throws StriateError when the head does not fit the number of classes
 */
export function classifierLoss(network: Network, classNames: readonly string[]): ClassifierLoss {
  const head = findHead(network);
  const units = head?.units;
  if (head === undefined || network.outputs.length !== 1 || head.port.shape.length !== 2)
    throw new StriateError(
      `${network.origin.file ?? network.name}: expected one output of shape (None, units), so that it can ` +
        `tell classes apart`,
    );
  const classes = classNames.length;
  const logits = head.kind !== "sigmoid" && head.kind !== "softmax";
  const config = logits ? { from_logits: true } : {};
  if (units === 1 && classes === 2)
    return {
      loss: { class_name: "BinaryCrossentropy", config },
      // A logit is a yes from 0 on.
      accuracy: logits
        ? { class_name: "BinaryAccuracy", config: { name: "accuracy", threshold: 0 } }
        : "accuracy",
      labels: "binary",
      logits,
    };
  if (units === classes && classes > 1) {
    const loss = { class_name: "SparseCategoricalCrossentropy", config };
    return { loss, accuracy: "accuracy", labels: "int", logits };
  }
  throw new StriateError(
    `the model's output "${head.port.name}" has ${units} ${units === 1 ? "unit" : "units"}, the data has ` +
      `${classes} classes (${classNames.slice(0, 6).join(", ")}${classes > 6 ? ", ..." : ""}); ` +
      `give the head ${classes === 2 ? "one sigmoid unit or two units" : `${classes} units`}`,
  );
}
