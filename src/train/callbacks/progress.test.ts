import { describe, expect, test } from "vitest";
import type { FitRun } from "./callback.ts";
import { formatLogs } from "../../model/history.ts";
import { progress } from "./progress.ts";

/** Two epochs of three steps, 100 ms each. */
async function show(isTty: boolean, columns = 80): Promise<string> {
  let [time, text] = [0, ""];
  const callback = progress({ write: (part) => (text += part), isTty, columns, now: () => time });
  const run = { epochs: 2, batches: 3 } as FitRun;
  for (let epoch = 0; epoch < 2; epoch++) {
    await callback.onEpochBegin!(epoch, run);
    for (let batch = 0; batch < 3; batch++) {
      time += 100;
      await callback.onBatchEnd!(batch, { loss: 1 / (batch + 1) }, run);
    }
    await callback.onEpochEnd!(epoch, { loss: 0.5, val_loss: 0.00012345 }, run);
  }
  return text;
}

describe("progress", () => {
  test("is one line an epoch in a pipe", async () => {
    expect(await show(false)).toBe(
      "epoch 1/2 3/3 300 ms 100 ms/step  loss 0.5000  val_loss 1.2345e-4\n" +
        "epoch 2/2 3/3 300 ms 100 ms/step  loss 0.5000  val_loss 1.2345e-4\n",
    );
  });

  test("is one line that changes on a terminal, never wider than it", async () => {
    const lines = (await show(true, 60)).split("\r");
    expect(lines).toHaveLength(1 + 2 * 4);
    expect(lines[1]).toBe("epoch 1/2 ━━╌╌╌ 1/3 100 ms 100 ms/step  loss 1.0000\x1b[K");
    expect((await show(true, 30)).split("\r")[1]!.replace("\x1b[K", "").length).toBeLessThan(30);
    expect(lines[4]).toMatch(/val_loss 1\.2345e-4\x1b\[K\n$/);
  });

  test("shows numbers as Keras does", () => {
    expect(formatLogs({ loss: 12.34567, accuracy: 0, rate: 1e-4, odd: NaN })).toBe(
      "loss 12.3457  accuracy 0.0000  rate 1.0000e-4  odd NaN",
    );
  });
});
