import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import type { Tensor } from "../src/base/tensor.ts";
import { onnx } from "../src/formats/onnx.ts";
import { raiseOpset } from "../src/graph/passes/opening/raise-opset.ts";
import { readOnnx } from "../src/graph/protobuf/read.ts";
import { writeOnnx } from "../src/graph/protobuf/write.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { largestDifference, openOnnx, readTensorFile } from "./onnx-files.ts";
import { describeShared, hasShared, shared } from "./shared.ts";

// ONNX' own tests of its operators: a model of one node, its inputs, and the outputs it must give.

const folder = "models/onnx/node_tests_onnx-1.12";

/** Tests that cannot pass, with the reason; none at present. */
const unsupported: Readonly<Record<string, string>> = {};

const names = hasShared(folder) ? readdirSync(shared(folder)).sort() : [];

describeShared(folder, "ONNX' operator tests, read, written, raised and run", () => {
  it.each(names.filter((name) => !(name in unsupported)))("%s", async (name) => {
    const path = `${shared(folder)}/${name}`;
    const graph = readOnnx(readFileSync(`${path}/model.onnx`));
    const inputs = graph.inputs.map((_, i) =>
      readTensorFile(`${path}/test_data_set_0/input_${i}.pb`),
    );
    const wanted = graph.outputs.map((_, i) =>
      readTensorFile(`${path}/test_data_set_0/output_${i}.pb`),
    );
    const verbatim = await run(writeOnnx(graph), inputs);
    check(verbatim, wanted);

    const opened = await openOnnx(`${path}/model.onnx`);
    const [file] = await onnx.writer!.write(opened, "out.onnx");
    const exported = await run(file!.bytes, inputs);
    check(exported, wanted);
    const raised = raiseOpset(opened.network.graph);
    if (raised !== opened.network.graph) check(await run(writeOnnx(raised), inputs), wanted);
    // What the reader says of the outputs' shapes is what comes.
    opened.network.outputs.forEach(({ shape, name: output }, i) => {
      const said = shape.map((length, axis) =>
        typeof length === "number" ? length : wanted[i]!.shape[axis],
      );
      expect(said, `shape of ${output}`).toEqual(wanted[i]!.shape);
    });
  });
});

async function run(bytes: Uint8Array, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const session = await runtime.open(bytes, { threads: 1 });
  const feeds = Object.fromEntries(session.inputs.map((name, i) => [name, inputs[i]!]));
  const results = await session.run(feeds);
  await session.release();
  return session.outputs.map((name) => results[name]!);
}

function check(got: readonly Tensor[], wanted: readonly Tensor[]): void {
  expect(got.map(({ type, shape }) => ({ type, shape }))).toEqual(
    wanted.map(({ type, shape }) => ({ type, shape })),
  );
  wanted.forEach((want, i) => expect(largestDifference(got[i]!, want)).toBeLessThan(1e-3));
}
