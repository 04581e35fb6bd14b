import type { OpenedModel } from "../formats/format.ts";
import { copyGraph } from "../graph/graph.ts";
import type { Trainer } from "./trainer.ts";

/**
 * A model in training as a file holds it: with the weights of now, how it was compiled, and how
 * far its optimizer got.
 */
export async function trainedModel(
  trainer: Trainer,
  { includeOptimizer = true }: { includeOptimizer?: boolean } = {},
): Promise<OpenedModel> {
  await trainer.sync();
  const { network, keras } = trainer.source.contents();
  // Training may go on; what is handed out stays as it is.
  return {
    network: { ...network, graph: copyGraph(network.graph), ...trainer.notes },
    ...(keras && { keras }),
    compile: trainer.compiled.serialized,
    ...(includeOptimizer && { optimizer: await trainer.optimizerState() }),
  };
}
