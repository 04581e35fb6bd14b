import { createHash } from "node:crypto";
import type { PictureTraining } from "../../api/picture-training.ts";
import type { ImageSet } from "../../data/image-set.ts";
import { formatSummary, summarize } from "../../model/summary.ts";
import { runtime } from "../../runtime/node/index.ts";
import { type TrainingFacts, rateFact } from "./same-training.ts";

/** What a training was asked for, in the words of its user. */
export interface AskedTraining {
  readonly model: string;
  readonly data: string;
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
  { opened: { network }, optimizer: chosen }: PictureTraining,
  set: ImageSet,
  asked: AskedTraining,
): TrainingFacts {
  const { class_name: optimizer, config } = chosen.optimizer;
  const given = config.learning_rate;
  const rate = typeof given === "number" ? given : JSON.stringify(given);
  const { model, batch, seed, augment, validation, limit, patience, device, data } = asked;
  return {
    ...{ model, classes: set.classNames.join(", "), batch, seed, optimizer, [rateFact]: rate },
    pictures: digest(set.listing().join("\n")),
    size: set.shape.slice(0, 2).join(" x "),
    layers: digest(formatSummary(summarize(network))),
    threads: asked.threads ?? runtime.defaultThreads(),
    ...{ augment, validation, limit, patience, device, "jfif-only": asked.jfif_only, data },
  };
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
