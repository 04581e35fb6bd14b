import { describe, expect, it } from "vitest";
import { toNumbers } from "../base/tensor.ts";
import { withOutputs } from "../graph/outputs.ts";
import { allSamples } from "../ops/all-samples.ts";
import { runtime as node } from "../runtime/node/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { runtime as web } from "../runtime/web/index.ts";
import { checkOf } from "./sample-check.ts";

// The gradients that rules write run in the browser's engine as well, and give the same numbers there.

async function gradientsOf(
  check: ReturnType<typeof checkOf>,
  runtime: Runtime,
): Promise<number[][]> {
  const names = [...new Set(check.gradients.values())];
  const session = await runtime.open(withOutputs(check.graph, names), { threads: 1 });
  try {
    return Object.values(await session.run(check.feeds)).map(toNumbers);
  } finally {
    await session.release();
  }
}

describe("gradients in WebAssembly equal those in Node", () => {
  for (const op of new Set(allSamples.map((sample) => sample.op)))
    it(op, async () => {
      for (const sample of allSamples.filter((other) => other.op === op)) {
        const check = checkOf(sample, "float32");
        const [inNode, inWeb] = [await gradientsOf(check, node), await gradientsOf(check, web)];
        for (const [i, gradient] of inNode.entries())
          for (const [j, value] of gradient.entries())
            expect(Math.abs(value - inWeb[i]![j]!), sample.title).toBeLessThan(
              1e-4 * Math.max(1, Math.abs(value)),
            );
      }
    });
});
