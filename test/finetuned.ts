import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadModel } from "../src/api/load-model.ts";
import type { Model } from "../src/api/model.ts";
import type { Tensor } from "../src/base/tensor.ts";
import { readNpz } from "../src/formats/npz.ts";

/** A file that `fixtures/finetune-torch.py` wrote. */
export const finetuneFile = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/data/finetune/${name}`, import.meta.url));

const bytes = new Uint8Array(readFileSync(finetuneFile("batches.npz")));
const arrays = await readNpz(bytes);

/** Batch `step` of the three that PyTorch went through again and again. */
export function torchBatch(step: number): { x: Tensor; y: Tensor } {
  const [x, y] = ["x", "y"].map((name) => batchOf(arrays.get(name)!, step % 3)) as [Tensor, Tensor];
  return { x, y };
}

function batchOf({ type, shape, data }: Tensor, batch: number): Tensor {
  const [, ...rest] = shape;
  const size = data.length / shape[0]!;
  const part = (data as Float32Array).slice(batch * size, (batch + 1) * size);
  return { type, shape: rest, data: part } as Tensor;
}

/** The residual network with a new head of three classes, which three steps then taught. */
export async function finetunedModel(): Promise<Model> {
  const before = await loadModel(finetuneFile("residual.onnx"), { threads: 1 });
  const model = await before.withNewHead(["red", "green", "blue"], { seed: 3 });
  await model.compile({
    optimizer: { class_name: "SGD", config: { learning_rate: 0.05 } },
    loss: "sparse_categorical_crossentropy",
    train: "layer2.*,head",
  });
  for (let step = 0; step < 3; step++) {
    const { x, y } = torchBatch(step);
    await model.trainOnBatch(x, y);
  }
  return model;
}
