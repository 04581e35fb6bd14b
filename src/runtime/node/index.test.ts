import { expect, it } from "vitest";
import { float32, toNumbers } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { runtimeContract } from "../runtime.contract.ts";
import { runtime } from "./index.ts";

runtimeContract(runtime, { device: "cpu", missing: "cuda" });

it("a large network that is to run lean takes and gives what any network does", async () => {
  const [rows, columns] = [3000, 3000];
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) data[i * columns + i] = i;
  const b = new GraphBuilder();
  const w = b.initializer("w", float32([rows, columns], data));
  b.output(b.op("MatMul", [b.input("x", [1, rows]), w], {}, { outputs: ["y"] }), [1, columns]);
  const session = await runtime.open(b.graph, { threads: 1, lean: true });
  expect(session.inputs).toEqual(["x"]);
  for (const factor of [1, 2]) {
    const { y } = await session.run({ x: float32([1, rows], new Float32Array(rows).fill(factor)) });
    expect(toNumbers(y!).slice(0, 4)).toEqual([0, factor, 2 * factor, 3 * factor]);
  }
  // The weights are read where they lie.
  data[columns + 1] = 100;
  const { y } = await session.run({ x: float32([1, rows], new Float32Array(rows).fill(1)) });
  expect(toNumbers(y!)[1]).toBe(100);
  await session.release();
});
