import type { OpenedModel } from "../formats/format.ts";
import { lowerModel } from "../model/lower.ts";
import type { Trainer } from "./trainer.ts";

/**
 * A model in training as a file holds it: layers with the weights of now, how it was compiled, and how
 * far its optimizer got.
 */
export async function trainedModel(
  trainer: Trainer,
  { includeOptimizer = true }: { includeOptimizer?: boolean } = {},
): Promise<OpenedModel> {
  await trainer.sync();
  const { labels, preprocessing } = trainer.notes;
  return {
    network: { ...lowerModel(trainer.model), labels, preprocessing },
    keras: trainer.model,
    compile: trainer.compiled.serialized,
    ...(includeOptimizer && { optimizer: await trainer.optimizerState() }),
  };
}
