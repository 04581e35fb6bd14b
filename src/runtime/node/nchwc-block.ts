import { float32 } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { NCHWC } from "../../graph/passes/nchwc/nchwc-layout.ts";
import type { Runtime } from "../runtime.ts";

let found: Promise<number> | undefined;

/**
 * Channels of a block in ONNX Runtime's blocked layout on this machine: 8 or 16, by the width of its
 * vectors; 0 where the engine has no such layout. Found by looking how it reorders a small tensor, once.
 */
export function nchwcBlock(runtime: Runtime): Promise<number> {
  found ??= probe(runtime).catch(() => 0);
  return found;
}

async function probe(runtime: Runtime): Promise<number> {
  const b = new GraphBuilder();
  b.graph.opsets.set(NCHWC, 1);
  b.input("x", [1, 32, 1, 2]);
  b.op("ReorderInput", ["x"], {}, { domain: NCHWC, outputs: ["y"] });
  b.output("y", [1, 32, 1, 2]);
  const session = await runtime.open(b.graph, { device: "cpu", threads: 1 });
  const x = float32(
    [1, 32, 1, 2],
    Array.from({ length: 64 }, (_, i) => i),
  );
  const y = (await session.run({ x })).y!.data as Float32Array;
  await session.release();
  // The first pixels of the channels of one block lie side by side; in x they are 2 apart.
  const block = y.findIndex((value, i) => value !== 2 * i);
  return block === 8 || block === 16 ? block : 0;
}
