// What every view makes of a photo: its arrays by name. The same file runs in Node and in a page.
import * as striate from "striate";
import { type Image, type Model, loadModel, readImage } from "striate";

/** The part of a view's record that this needs. */
interface AnyView {
  readonly id: string;
  readonly takes: string;
  readonly asks: Readonly<Record<string, unknown>>;
}
const isView = (value: unknown): value is AnyView =>
  typeof value === "object" && value !== null && "takes" in value && "compute" in value;

/** In the order of their ids: a bundler sorts its exports as it likes. */
export const views: readonly AnyView[] = Object.values(striate as Record<string, unknown>)
  .filter(isView)
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Few steps: numbers are compared, not pictures. */
const few: Readonly<Record<string, unknown>> = {
  steps: 3,
  samples: 3,
  masks: 6,
  window: 50,
  stride: 50,
  rounds: 20,
  octaves: 2,
  octave_steps: 2,
  target: "class:1",
  targets: "class:1",
  methods: "grad-cam,gradient",
};
/** What a view has to be told besides. */
const told: Readonly<Record<string, object>> = {
  dream: { target: "unit:conv2d_1[5]" },
  inversion: { layers: "conv2d_1" },
  field: { place: "conv2d_2@4,5[3]" },
  "score-cam": { layer: "conv2d" },
  "ablation-cam": { layer: "conv2d" },
};

export interface Given {
  readonly model: Model;
  readonly photos: readonly Image[];
}

export async function open(files: File[], photos: File[]): Promise<Given> {
  return {
    model: await loadModel(files),
    photos: await Promise.all(photos.map((f) => readImage(f))),
  };
}

/** Arrays by name, as float32 one after the other, or why the view cannot see this network. */
export interface Seen {
  readonly names: readonly string[];
  readonly lengths: readonly number[];
  readonly values: Float32Array;
  readonly error?: string;
}

export async function see({ model, photos }: Given, id: string): Promise<Seen> {
  const view = views.find((each) => each.id === id)!;
  const asks = {
    ...Object.fromEntries(Object.entries(few).filter(([key]) => key in view.asks)),
    ...told[id],
  };
  const [photo] = photos;
  const dataset = {
    name: "two photos",
    length: photos.length,
    labels: ["cat", "dog"],
    async *photos() {
      for (const [label, image] of photos.entries())
        yield await Promise.resolve({
          name: `photo${label}`,
          inputs: model.feeds(image),
          preparation: "",
          label,
          index: label,
        });
    },
  };
  const input = {
    network: undefined,
    photo,
    "maybe-photo": photo,
    photos,
    dataset,
    pair: { other: model, photo },
  }[view.takes];
  const result = await model.view(view as never, input as never, asks as never, { seed: 3 });
  const arrays = [...result.arrays()].filter(([, { type }]) => type !== "string");
  return {
    names: arrays.map(([name]) => name),
    lengths: arrays.map(([, { data }]) => data.length),
    values: Float32Array.from(arrays.flatMap(([, { data }]) => Array.from(data as Float32Array))),
  };
}
