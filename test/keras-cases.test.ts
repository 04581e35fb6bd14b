import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Tensor, toFloat32 } from "../src/base/tensor.ts";
import type { OpenedModel } from "../src/formats/format.ts";
import { type Hdf5Group, openHdf5 } from "../src/formats/hdf5/hdf5-file.ts";
import {
  type AttributeToWrite,
  type GroupToWrite,
  writeHdf5,
} from "../src/formats/hdf5/write-hdf5.ts";
import { kerasH5 } from "../src/formats/keras-h5.ts";
import { readNpz } from "../src/formats/npz.ts";
import { leftOut } from "../src/model/lowering/left-out.ts";
import { openModel } from "../src/api/open-model.ts";
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
        const words = await openModel(shared(`cases/${file}`)).then(
          ({ network }) => leftOut(network).join(" "),
          (error: Error) => error.message,
        );
        for (const word of entry.error.mention) expect(words).toContain(word);
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

describeShared("cases/04_teachable_machine_groups", "Teachable Machine's folder", () => {
  it("has the names of the classes beside the model", async () => {
    const folder = "cases/04_teachable_machine_groups";
    const { network } = await openModel(shared(`${folder}/keras_model.h5`));
    expect(network.labels).toEqual(["cat", "dog"]);
  });
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

describeShared("cases/42_no_input_shape", "a Keras file with something missing", () => {
  const original = (file: string) => openHdf5(readFileSync(shared(`cases/${file}`)));
  /** The file with another configuration, and without some of its arrays. */
  const edited = (
    file: string,
    edit: (config: { config: { layers: Json[] } & Json }) => void,
    keep: (path: string) => boolean = () => true,
  ): Promise<OpenedModel> => {
    const root = original(file);
    const config = JSON.parse(String(root.attribute("model_config"))) as Parameters<typeof edit>[0];
    edit(config);
    const copy = copied(root, keep);
    const attributes = { ...copy.attributes, model_config: JSON.stringify(config) };
    const bytes = writeHdf5({ ...copy, attributes });
    return kerasH5.read({ name: file, bytes, sibling: () => Promise.reject(Error()) });
  };
  const file = "42_no_input_shape/build_input_shape.h5";

  it.each([
    ["from build_input_shape", [null, 10, 10, 3], [1, 10, 10, 3]],
    // A pool drops the odd pixel: 10 and 11 fit the Dense layer alike, and the smaller one is taken.
    ["from the first kernel and the Dense layer", undefined, [1, 10, 10, 3]],
  ])("gets its input shape %s", async (_, built, shape) => {
    const { network } = await edited(file, ({ config }) => {
      config.layers = config.layers.slice(1);
      for (const layer of config.layers) delete (layer.config as Json).batch_input_shape;
      if (built) config.build_input_shape = built;
    });
    expect(network.inputs[0]!.shape).toEqual(["N", ...shape.slice(1)]);
    const expected = await readNpz(
      readFileSync(shared("cases/42_no_input_shape/build_input_shape.expected.npz")),
    );
    const feeds = { [network.inputs[0]!.name]: toFloat32(expected.get("x")!) };
    const { outputs } = await runLayers(network, feeds);
    expectClose(outputs[0]!, expected.get("y")!, 1e-5, "y");
  });

  it.each([
    [
      "a weight is missing",
      (path: string) => !path.endsWith("conv/bias:0"),
      /conv\/bias:0", which is not there/,
    ],
    [
      "a layer's group is missing",
      (path: string) => !path.includes("conv"),
      /"conv", but there is no such group/,
    ],
    [
      "all weights are missing",
      (path: string) => !path.includes("model_weights"),
      /the file has no weights.*Conv2D "conv"/,
    ],
  ])("is refused when %s", async (_, keep, words) => {
    await expect(edited(file, () => undefined, keep)).rejects.toThrow(words);
  });

  it("is refused when a weight does not fit its layer", async () => {
    const wider = edited(file, ({ config }) => {
      (config.layers[1]!.config as Json).filters = 5;
    });
    await expect(wider).rejects.toThrow(
      /Conv2D "conv": expected kernel of shape \(3, 3, 3, 5\), got \(3, 3, 3, 4\)/,
    );
  });
});

type Json = Record<string, unknown>;

/** A group with all that is in it, as it is to be written again. */
function copied(group: Hdf5Group, keep: (path: string) => boolean): GroupToWrite {
  const children = new Map<string, GroupToWrite | Tensor>();
  for (const name of group.names()) {
    const child = group.get(name)!;
    if (!keep(child.path)) continue;
    children.set(name, child.kind === "dataset" ? child.read() : copied(child, keep));
  }
  const attributes = Object.fromEntries(
    group
      .attributeNames()
      .map((name) => [name, group.attribute(name) as AttributeToWrite])
      .filter(([, value]) => value !== undefined),
  ) as Record<string, AttributeToWrite>;
  return { attributes, children };
}
