import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Tensor } from "../src/base/tensor.ts";
import { readNpz } from "../src/formats/npz.ts";
import { openModel } from "../src/api/open-model.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { compileOptionsOf } from "../src/train/compile/compile-config.ts";
import { kerasTrainable } from "../src/train/source/keras-trainable.ts";
import { Trainer } from "../src/train/trainer.ts";
import { describeShared, shared } from "./shared.ts";

describeShared("cases/18_resume_optimizer", "going on from a saved file (case 18)", () => {
  test.each(["rmsprop_tf_keras", "rmsprop_keras3"])("%s", async (name) => {
    const folder = "cases/18_resume_optimizer";
    const opened = await openModel(shared(`${folder}/${name}.h5`));
    const wanted = await readNpz(readFileSync(shared(`${folder}/${name}.expected.npz`)));
    const trainer = new Trainer(kerasTrainable(opened.keras!), compileOptionsOf(opened)!, {
      runtime,
      threads: 1,
    });
    await trainer.restoreOptimizer(opened.optimizer!);
    expect(trainer.iterations).toBe(3);
    await trainer.trainOnBatch({ x: wanted.get("v:batch_x")!, y: wanted.get("v:batch_y")! });
    await trainer.close();
    const after = opened.keras!.layers.flatMap((layer) => [...layer.weights.values()]);
    expect(after).toHaveLength(4);
    after.forEach((weight, i) => {
      const want = (wanted.get(`v:after_${i}`) as Tensor).data as Float32Array;
      (weight.data as Float32Array).forEach((value, k) =>
        expect(Math.abs(value - want[k]!)).toBeLessThan(1e-5),
      );
    });
  });
});
