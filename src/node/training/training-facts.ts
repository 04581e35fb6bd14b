import { createHash } from "node:crypto";
import type { PictureTraining } from "../../api/picture-training.ts";
import type { ImageSet } from "../../data/examples/image-set.ts";
import { bytesOf } from "../../base/tensor.ts";
import type { Network } from "../../model/network.ts";
import { formatSummary, summarize } from "../../model/facts/summary.ts";
import { runtime } from "../../runtime/node/index.ts";
import { type TrainingFacts, rateFact } from "./same-training.ts";

/** What a training was asked for, in the words of its user. */
export interface AskedTraining {
  readonly model: string;
  readonly data: string;
  readonly head: string;
  readonly train: string | null;
  readonly scale: string | null;
  readonly batch: number;
  readonly seed: number;
  readonly augment: string;
  readonly validation: number | null;
  readonly limit: number | null;
  readonly patience: number | null;
  readonly device: string;
  readonly threads: number | null;
  readonly jfif_only: boolean;
}

/** What makes a training this one: the same facts give the same numbers. */
export function trainingFacts(
  { opened: { network }, optimizer: chosen, trainer }: PictureTraining,
  set: ImageSet,
  asked: AskedTraining,
): TrainingFacts {
  const { class_name: optimizer, config } = chosen.optimizer;
  const given = config.learning_rate;
  const rate = typeof given === "number" ? given : JSON.stringify(given);
  const {
    model,
    head,
    train,
    scale,
    batch,
    seed,
    augment,
    validation,
    limit,
    patience,
    device,
    data,
  } = asked;
  return {
    ...{ model, head, "trained layers": train, scale },
    ...{ classes: set.classNames.join(", "), batch, seed, optimizer, [rateFact]: rate },
    pictures: digest(set.listing().join("\n")),
    "contents of the pictures": digest(set.prints().join("\n")),
    size: set.shape.slice(0, 2).join(" x "),
    layers: digest(formatSummary(summarize(network))),
    ...frozenFacts(trainer.source.front),
    threads: asked.threads ?? runtime.defaultThreads(),
    ...{ augment, validation, limit, patience, device, "jfif-only": asked.jfif_only, data },
  };
}

/** Frozen weights are in no checkpoint: they come from the model file again. */
function frozenFacts(front: Network | undefined): TrainingFacts {
  if (front === undefined) return {};
  const hash = createHash("sha256");
  for (const value of front.graph.initializers.values())
    if (value.type === "float32") hash.update(bytesOf(value));
  return { "frozen weights": hash.digest("hex") };
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
