import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Tensor, float32 } from "../src/base/tensor.ts";
import { type Model, loadModel } from "../src/index.ts";
import { viewContext } from "../src/views/context.ts";
import { ablationCamView } from "../src/views/explain/ablation-cam-view.ts";
import { deconvnetView } from "../src/views/explain/deconvnet-view.ts";
import { eigenCamView } from "../src/views/explain/eigen-cam-view.ts";
import { gradCamPlusPlusView } from "../src/views/explain/grad-cam-plus-plus-view.ts";
import { gradCamView } from "../src/views/explain/grad-cam-view.ts";
import { gradientView } from "../src/views/explain/gradient-view.ts";
import { guidedBackpropView } from "../src/views/explain/guided-backprop-view.ts";
import { hiresCamView } from "../src/views/explain/hires-cam-view.ts";
import { occlusionView } from "../src/views/explain/occlusion-view.ts";
import { riseView } from "../src/views/explain/rise-view.ts";
import { inputXGradientView } from "../src/views/explain/input-x-gradient-view.ts";
import { integratedGradientsView } from "../src/views/explain/integrated-gradients-view.ts";
import { layerCamView } from "../src/views/explain/layer-cam-view.ts";
import { scoreCamView } from "../src/views/explain/score-cam-view.ts";
import { smoothgradView } from "../src/views/explain/smoothgrad-view.ts";
import { xgradCamView } from "../src/views/explain/xgrad-cam-view.ts";
import type { AnyView } from "../src/views/define-view.ts";
import { fieldView } from "../src/views/field/field-view.ts";
import { runView } from "../src/views/run-view.ts";
import { type NpzArray, readNpz } from "./npz.ts";
import { describeShared, hasShared, shared } from "./shared.ts";

const groups = ["gradients", "cams", "perturbation"];

const npz = (name: string) => readNpz(readFileSync(shared(`golden/views/${name}.npz`)));

/** Which files hold a network, with labels where its reference names classes by them. */
const networks = {
  tutorial: { files: ["models/tutorial/cat_vs_dog.h5"], labels: ["cat", "dog"] },
  residual: {
    // The three forms are one network: on a desk one of them is enough, CI tries all.
    files: (process.env.CI ? ["keras", "h5", "onnx"] : ["onnx"]).map(
      (ending) => `golden/views/residual.${ending}`,
    ),
    labels: undefined,
  },
};

/** `dog`, `logit0`, `prob0`, `dog_probability` as an expression. */
function expression(key: string): string {
  const [, kind, index] = /^(logit|prob)(\d)$/.exec(key) ?? [];
  if (kind) return `${kind === "prob" ? "probability" : "logit"}:${index}`;
  return key.endsWith("_probability")
    ? `probability:${key.replace("_probability", "")}`
    : `class:${key}`;
}

/** Gradients jump where two values of a pool differ by less than rounding: a share may be off. */
function near(
  name: string,
  got: Tensor | undefined,
  want: NpzArray,
  jumps: boolean,
  limit = 1e-4,
): void {
  expect(got, name).toBeDefined();
  expect(got!.shape, name).toEqual(want.shape);
  const data = got!.data as Float32Array;
  const largest = want.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  let off = 0;
  let squares = 0;
  let worst = 0;
  want.data.forEach((value, i) => {
    const away = Math.abs(data[i]! - value) / largest;
    if (!(away <= limit)) off++;
    squares += away * away;
    worst = Math.max(worst, away);
  });
  if (!jumps) return expect(worst, `${name}: largest difference`).toBeLessThan(limit);
  expect(Math.sqrt(squares / data.length), `${name}: rms`).toBeLessThan(3e-3);
  expect(off / data.length, `${name}: share`).toBeLessThan(0.02);
}

type Wanted = Record<string, NpzArray>;

interface Reference {
  view: AnyView;
  /** Names of the arrays that this view has with these asks. */
  array: RegExp;
  asks?: Record<string, unknown> | ((wanted: Wanted) => Record<string, unknown>);
  jumps?: boolean;
  limit?: number;
}

const references: readonly Reference[] = [
  { view: gradientView, array: /^gradient$/, jumps: true },
  { view: inputXGradientView, array: /^input_x_gradient$/, jumps: true },
  { view: guidedBackpropView, array: /^guided_backprop$/, jumps: true },
  { view: deconvnetView, array: /^deconvnet$/, jumps: true },
  ...["gausslegendre", "left", "trapezoid"].map((rule) => ({
    view: integratedGradientsView,
    array: new RegExp(`^integrated_gradients_${rule}$`),
    asks: { rule, steps: 50 },
    jumps: true,
  })),
  {
    view: smoothgradView,
    array: /^smoothgrad$/,
    asks: ({ smoothgrad_noise_q: noise }: Wanted) => ({
      noise_values: float32(
        noise!.shape,
        Float32Array.from(noise!.data, (value) => value / 16),
      ),
    }),
    jumps: true,
  },
  ...[
    ["zero", "", /^occlusion_zero_(score|attribution)$/],
    ["mean", "", /^occlusion_mean_(score|attribution)$/],
    ["zero", "overlap", /^occlusion_zero_overlap_(score|attribution)$/],
  ].map(([fill, overlap, array]) => ({
    view: occlusionView,
    array,
    asks: (wanted: Wanted) => {
      const isTutorial = Object.keys(wanted).some((key) => key.startsWith("dog/"));
      const [window, half] = isTutorial ? [15, 10] : [8, 5];
      return { fill, window, stride: overlap ? half : window };
    },
  })),
  {
    view: riseView,
    array: /^rise(_scores)?$/,
    asks: ({ rise_grids: grids, rise_offsets: offsets }: Wanted) => ({
      grids: float32(grids!.shape, Float32Array.from(grids!.data)),
      offsets: float32(offsets!.shape, Float32Array.from(offsets!.data)),
    }),
  },
  { view: gradCamView, array: /^gradcam_(weights|raw|relu|finished_pytorch_grad_cam)$/ },
  { view: gradCamPlusPlusView, array: /^gradcam_plus_plus_(weights|raw)$/ },
  {
    view: gradCamPlusPlusView,
    array: /^gradcam_plus_plus_(weights|raw)_eps0$/,
    asks: { epsilon: 0 },
    limit: 1e-3,
  },
  { view: xgradCamView, array: /^xgradcam_/ },
  { view: layerCamView, array: /^layercam_raw$/ },
  { view: hiresCamView, array: /^hirescam_raw$/ },
  { view: eigenCamView, array: /^eigencam_/ },
  { view: scoreCamView, array: /^scorecam_/ },
  { view: ablationCamView, array: /^ablationcam_/ },
] as unknown as Reference[];

describeShared(
  "golden/views",
  "explanations are those of captum, pytorch-grad-cam and TensorFlow",
  () => {
    for (const [network, { files, labels }] of Object.entries(networks))
      for (const file of files)
        it(
          file,
          async () => {
            // One network for both photos: its sessions serve the second one too.
            const model = await loadModel(shared(file));
            for (const photo of ["goldenretriever", "chelsea"])
              await compare({ network, file, photo, labels }, model);
            await model.dispose();
          },
          300_000,
        );
  },
);

interface Compared {
  network: string;
  file: string;
  photo: string;
  labels: string[] | undefined;
}

/** Sees a photo in every way that the reference has numbers of. */
async function compare({ network, file, photo, labels }: Compared, model: Model): Promise<void> {
  const place = (group: string) => `${network}__${photo}__${group}`;
  const base = npz(place("base"));
  const subject = {
    name: photo,
    inputs: inputOf(model, base.input!),
    preparation: "as given",
    ...(labels && { labels }),
  };
  for (const group of groups.filter((each) => hasShared(`golden/views/${place(each)}.npz`))) {
    const wanted = npz(place(group));
    for (const { view, asks: fixed, target, layers, keys, jumps, limit } of questions(wanted)) {
      const asks = typeof fixed === "function" ? fixed(wanted) : fixed;
      const layer = group === "cams" ? { layer: layers.join(",") } : {};
      const given = { ...asks, target, ...layer };
      const seen = await runView(view, viewContext(model.running), subject, given);
      const arrays = seen.arrays();
      for (const key of keys)
        near(`${file} ${key}`, arrays.get(key), wanted[key]!, jumps === true, limit);
      near("input", arrays.get("input"), base.input!, false);
      near("probabilities", arrays.get("probabilities"), base.probabilities!, false);
      near("logits", arrays.get("logits"), base.logits!, false);
    }
  }
}

interface Question extends Reference {
  of: Reference;
  target: string;
  layers: string[];
  keys: string[];
}

/** What to ask to get all arrays of a file: each method once a target, for all its layers together. */
function questions(wanted: Record<string, NpzArray>): Question[] {
  const asked = new Map<string, Question>();
  for (const key of Object.keys(wanted)) {
    const parts = key.split("/");
    const reference = references.find(({ array }) => array.test(parts.at(-1)!));
    if (!reference) continue;
    const ofAll = reference.view === eigenCamView;
    const target = ofAll ? "predicted" : expression(parts[0]!);
    const id = `${references.indexOf(reference)} ${target}`;
    const question = asked.get(id) ?? { ...reference, of: reference, target, layers: [], keys: [] };
    asked.set(id, question);
    question.keys.push(key);
    const layer = parts.at(-2)!;
    if (!question.layers.includes(layer)) question.layers.push(layer);
  }
  // One after the other what shares a session: the targets of a method.
  return [...asked.values()].sort((a, b) => references.indexOf(a.of) - references.indexOf(b.of));
}

/** The reference's input as the network takes it. */
function inputOf({ network }: Model, x: NpzArray): Record<string, Tensor> {
  const [port] = network.inputs;
  const isLast = port!.shape.at(-1) === 3;
  const value = isLast ? float32([1, ...x.shape], Float32Array.from(x.data)) : channelsFirst(x);
  return { [port!.name]: value };
}

function channelsFirst({ shape, data }: NpzArray): Tensor {
  const [height, width, channels] = shape as [number, number, number];
  const planes = new Float32Array(data.length);
  data.forEach(
    (value, i) => (planes[(i % channels) * height * width + Math.floor(i / channels)] = value),
  );
  return float32([1, channels, height, width], planes);
}

describeShared("golden/views", "receptive fields, and where a value comes from", () => {
  for (const [network, { files }] of Object.entries(networks))
    for (const file of files)
      it(
        file,
        async () => {
          const model = await loadModel(shared(file));
          const photo = "goldenretriever";
          const input = inputOf(model, npz(`${network}__${photo}__base`).input!);
          const subject = { name: photo, inputs: input, preparation: "as given" };
          const wanted = npz(`${network}__${photo}__units`);
          for (const unit of new Set(
            Object.keys(wanted).flatMap((key) => (key.includes("@") ? [key.split("/")[0]!] : [])),
          )) {
            const [, layer, channel, at] = /^(.*)\[(\w+)\]@(.*)$/.exec(unit)!;
            const place = `${layer}@${at}${channel === "sum" ? "" : `[${channel}]`}`;
            const seen = await runView(fieldView, viewContext(model.running), subject, { place });
            const arrays = seen.arrays();
            for (const what of ["value", "gradient", "effective_field"]) {
              const reference = wanted[`${unit}/${what}`];
              if (reference)
                near(`${file} ${unit}/${what}`, arrays.get(`${unit}/${what}`), reference, false);
            }
            if (channel === "sum") continue;
            const { arithmetic } = seen.result;
            expect(
              arithmetic!.isAffine,
              `${unit}: ${JSON.stringify({ ...arithmetic, products: [] })}`,
            ).toBe(true);
            expect(Math.abs(arithmetic!.reckoned - arithmetic!.value)).toBeLessThan(1e-5);
          }
          await model.dispose();
        },
        300_000,
      );
});
