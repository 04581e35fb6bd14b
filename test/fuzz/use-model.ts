import { noiseFeeds } from "../../src/model/photo/noise-input.ts";
import type { Network } from "../../src/model/network.ts";
import { RunningNetwork } from "../../src/model/running.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { formatSummary, summarize } from "../../src/model/facts/summary.ts";
import { naming } from "../../src/base/errors.ts";
import { sizeOf } from "../../src/base/shape.ts";
import { subgraphs } from "../../src/graph/traverse.ts";
import { toSvg } from "../../src/plot/svg.ts";
import { runtime } from "../../src/runtime/node/index.ts";
import { architectureView } from "../../src/views/architecture-view.ts";
import { viewContext } from "../../src/views/context.ts";
import { runView } from "../../src/views/run-view.ts";

/** Networks with more layers or elements take time that says nothing of whether they are safe. */
const mostLayers = 200;
const mostElements = 2 ** 20;
const mostRounds = 1000;

/**
 * What the commands do with a model that has opened: its summary, and where it goes the `whole` way its
 * picture and a run on noise.
 */
export async function used(network: Network, whole: boolean): Promise<void> {
  formatSummary(summarize(network));
  if (!whole || network.layers.length > mostLayers) return;
  await naming(network.origin.file ?? network.name, async () => {
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    try {
      const seen = await runView(architectureView, viewContext(running), undefined, {});
      for (const { picture } of seen.draw({})) toSvg(picture);
      if (isSmall(network) && endsSoon(network.graph))
        await running.run(
          noiseFeeds(network),
          network.outputs.map(({ value }) => value),
        );
    } finally {
      await running.release();
    }
  });
}

/** Whether all values together are small, so far as they are known. */
function isSmall({ graph, inputs, outputs }: Network): boolean {
  const sizes = [...inputs, ...outputs, ...graph.values.values()].map(({ shape }) =>
    shape === null
      ? Infinity
      : sizeOf(shape.map((length) => (typeof length === "number" ? length : 16))),
  );
  return outputs.length > 0 && sizes.reduce((sum, size) => sum + size, 0) < mostElements;
}

/** Whether no loop in it goes round often, or until it finds itself that it is done, which may be never. */
function endsSoon(
  { nodes, initializers }: Graph,
  outside: Graph["initializers"] = new Map(),
): boolean {
  const constants = new Map([...outside, ...initializers]);
  return nodes.every((node) => {
    const rounds = constants.get(node.inputs[0] ?? "")?.data[0];
    const isShort = rounds !== undefined && Number(rounds) <= mostRounds;
    return (
      (node.op !== "Loop" || isShort) && subgraphs(node).every((body) => endsSoon(body, constants))
    );
  });
}
