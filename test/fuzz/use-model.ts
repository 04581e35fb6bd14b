import { noiseFeeds } from "../../src/model/photo/noise-input.ts";
import type { Network } from "../../src/model/network.ts";
import { RunningNetwork } from "../../src/model/running.ts";
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

/**
 * What the commands do with a model that has opened: its summary, and where it goes the `whole` way its
 * picture and, where it is to be `run`, a run on noise. Networks with bodies (If, Loop, Scan) are not run: they are
 * suspected of an abort in ONNX Runtime 1.30's allocator, see docs/security.md.
 */
export async function used(network: Network, whole: boolean, run: boolean): Promise<void> {
  formatSummary(summarize(network));
  if (!whole || network.layers.length > mostLayers) return;
  await naming(network.origin.file ?? network.name, async () => {
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    try {
      const seen = await runView(architectureView, viewContext(running), undefined, {});
      for (const { picture } of seen.draw({})) toSvg(picture);
      if (
        run &&
        isSmall(network) &&
        !network.graph.nodes.some((node) => subgraphs(node).length > 0)
      )
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
