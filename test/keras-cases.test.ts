import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Tensor, toFloat32 } from "../src/base/tensor.ts";
import { readNpz } from "../src/formats/npz.ts";
import { openModel } from "../src/node/open-model.ts";
import { runLayers } from "./run-layers.ts";
import { describeShared, shared, sharedJson } from "./shared.ts";

/** An entry of ../shared/cases/index.json; ../shared/cases/README.md says what each file is about. */
interface Case {
  case: number;
  file: string;
  npz?: string;
  tol?: number;
  error?: { mention: string[] };
}

describeShared("cases/index.json", "Keras files that people fell over", () => {
  const cases = sharedJson<Case[]>("cases/index.json").filter(({ file }) =>
    /\.(h5|keras)$/.test(file),
  );

  it.each(cases.map((entry) => [entry.case, entry.file, entry] as const))(
    "case %i: %s",
    async (_, file, entry) => {
      if (entry.error) {
        const refusal = openModel(shared(`cases/${file}`));
        for (const word of entry.error.mention) await expect(refusal).rejects.toThrow(word);
        return;
      }
      const { network } = await openModel(shared(`cases/${file}`));
      const expected = await readNpz(readFileSync(shared(`cases/${entry.npz!}`)));
      const feeds = Object.fromEntries(
        network.inputs.map(({ name }) => [
          name,
          toFloat32(expected.get("x") ?? expected.get(`x:${name}`)!),
        ]),
      );
      const { layers, outputs } = await runLayers(network, feeds);
      let compared = 0;
      for (const [key, wanted] of expected) {
        const made = key === "y" ? outputs[0] : layers.get(tapOf(key) ?? "");
        if (made === undefined) {
          expect(key, "an array that is no layer's").toMatch(/^(x|v:)/);
          continue;
        }
        expectClose(made, wanted, entry.tol ?? 1e-5, key);
        compared++;
      }
      expect(compared).toBeGreaterThan(0);
    },
  );
});

/** `tap:outer/inner` is a layer; so are the two calls of the shared model in case 46. */
function tapOf(key: string): string | undefined {
  const call = /^v:tap_(\w+)_call(\d)$/.exec(key);
  return call ? `${call[1]!}[${call[2]!}]` : /^tap:(.*)$/.exec(key)?.[1];
}

function expectClose(got: Tensor, want: Tensor, tolerance: number, what: string): void {
  expect(got.shape, what).toEqual(want.shape);
  const [a, b] = [toFloat32(got).data, toFloat32(want).data];
  let worst = 0;
  for (let i = 0; i < a.length; i++)
    worst = Math.max(worst, Math.abs(a[i]! - b[i]!) / Math.max(1, Math.abs(b[i]!)));
  expect(worst, `${what}: largest difference`).toBeLessThanOrEqual(tolerance);
}
