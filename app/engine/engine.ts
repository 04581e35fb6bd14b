import {
  type Image,
  type Model,
  StoppedError,
  StriateError,
  type UnitField,
  fieldView,
  loadModel,
  readImage,
  toNpz,
  toPng,
  viewNamed,
} from "striate";
import type { CallContext } from "./call-context.ts";
import { Kept } from "./kept.ts";
import { modelInfo } from "./model-info.ts";
import type { EngineMethods, FieldAnswer, Method, PhotoInfo, Source } from "./protocol.ts";
import { saveModel } from "./save-model.ts";
import { lookAt, placeOf, seenPhoto } from "./see-input.ts";
import { type SourceHost, filesOf } from "./sources.ts";
import { thumbnail } from "./thumbnail.ts";
import { train } from "./train.ts";
import { type AnySeen, colorTables, drawn, viewAnswer, viewInfos } from "./views.ts";

/** What runs the engine. */
export interface EngineHost extends SourceHost {
  /** In words, for the page: `WebAssembly, 2 threads`. */
  describe(device: string | undefined): string;
}

type Methods = {
  [M in Method]: (
    context: CallContext,
    ...args: Parameters<EngineMethods[M]>
  ) => ReturnType<EngineMethods[M]>;
};

/** The most products of one value that are handed out. */
const mostProducts = 20_000;

/**
 * All that the page asks for, answered with the public library: in a worker of the page, or in Node behind
 * `striate serve`. One call runs after the other; one that was stopped while it waited does not begin.
 */
export class PageEngine {
  readonly #host: EngineHost;
  readonly #models = new Kept<Model>("network", 3, (model) => model.dispose());
  readonly #photos = new Kept<Image>("photo", 12);
  readonly #results = new Kept<AnySeen>("result", 8);
  #last: Promise<unknown> = Promise.resolve();

  constructor(host: EngineHost) {
    this.#host = host;
  }

  /** @throws StriateError for a method that is none */
  call(method: string, args: readonly unknown[], context: CallContext): Promise<unknown> {
    const own = this.#methods as Record<string, (...all: unknown[]) => Promise<unknown>>;
    if (!Object.hasOwn(own, method))
      return Promise.reject(new StriateError(`no method "${method}"`));
    const run = this.#last.then(() => {
      if (context.signal.aborted) throw new StoppedError("stopped");
      return own[method]!(context, ...args);
    });
    this.#last = run.catch(() => undefined);
    return run;
  }

  readonly #methods: Methods = {
    views: () => Promise.resolve(viewInfos()),
    colormaps: () => Promise.resolve(colorTables()),
    open: async ({ signal }, source, { device }) => {
      const files = await filesOf(source, this.#host);
      const model = await loadModel(files, { device: device as never });
      if (signal.aborted) {
        await model.dispose();
        throw new StoppedError("stopped");
      }
      return this.#added(model, device);
    },
    close: (_, id) => this.#models.delete(id),
    photo: async (_, source) => {
      const image = await this.#read(source);
      return photoInfo(this.#photos.add(image), image);
    },
    see: async ({ signal }, model, photo, layers) => {
      const seen = await this.#look(model, photo, layers, signal);
      const place = await placeOf(this.#models.get(model), this.#photos.get(photo));
      return { ...seenPhoto(seen, layers), ...place };
    },
    field: async ({ signal }, model, photo, place) => {
      const image = this.#photos.get(photo);
      const seen = await this.#models.get(model).view(fieldView, image, { place }, { signal });
      return fieldAnswer(seen.result, seen.words.lines[0] ?? "");
    },
    view: async ({ signal, tell }, name, on, asks, shows) => {
      const view = viewNamed(name);
      const model = this.#models.get(on.model);
      const photo = on.photo === undefined ? undefined : this.#photos.get(on.photo);
      const other = on.other === undefined ? undefined : this.#models.get(on.other);
      const input = view.takes === "pair" ? { other, photo } : photo;
      if (input === undefined && /^photos?$|pair/.test(view.takes))
        throw new StriateError(`${view.title} looks at a photo; choose one`);
      const seen = await model.view(view as never, input as never, asks as never, {
        signal,
        onProgress: (done, words) => tell({ kind: "progress", done, ...(words && { words }) }),
        onPartial: (part) => tell({ kind: "partial", value: viewAnswer(0, part as never, shows) }),
      });
      const result = this.#results.add(seen as never);
      return viewAnswer(result, seen as never, shows);
    },
    redraw: (_, result, shows) => Promise.resolve(drawn(this.#results.get(result), shows).pictures),
    numbers: async (_, result) => toNpz(this.#results.get(result).arrays()),
    picture: async (_, result, index, shows) => {
      const pictures = [...this.#results.get(result).draw(shows as never)];
      const one = pictures[index];
      if (one === undefined) throw new StriateError("there is no such picture");
      return toPng(one.picture, {});
    },
    mapNumbers: async ({ signal }, model, photo, layers) =>
      toNpz((await this.#look(model, photo, layers, signal)).arrays()),
    train: async (context, request) => {
      const model = await train(request, context, this.#host);
      return this.#added(model, undefined);
    },
    save: (_, id, ending) => saveModel(this.#models.get(id), ending),
  };

  #added(model: Model, device: string | undefined) {
    return modelInfo(this.#models.add(model), model, this.#host.describe(device));
  }

  async #read(source: Source): Promise<Image> {
    const files = await filesOf(source, this.#host);
    const one = typeof files === "string" ? files : files[0];
    if (one === undefined) throw new StriateError("no photo was given");
    return readImage(one);
  }

  /** What a model makes of a photo. */
  #look(model: number, photo: number, layers: readonly string[], signal: AbortSignal) {
    const asked = layers.join(",") || "conv";
    return lookAt(this.#models.get(model), this.#photos.get(photo), asked, signal);
  }
}

function photoInfo(id: number, image: Image): PhotoInfo {
  const { width, height, origin } = image;
  return { id, name: origin.name.replace(/^.*[/\\]/, ""), width, height, pixels: thumbnail(image) };
}

function fieldAnswer(field: UnitField, headline: string): FieldAnswer {
  const { value, effective, size, arithmetic } = field;
  return {
    ...{ value, headline },
    effective: { ...size, values: effective.slice() },
    ...(arithmetic && {
      arithmetic: {
        isAffine: arithmetic.isAffine,
        sum: arithmetic.sum,
        constant: arithmetic.constant,
        value: arithmetic.value,
        ...(arithmetic.activation && { activation: arithmetic.activation }),
        terms: arithmetic.products.length,
        products: arithmetic.products
          .slice(0, mostProducts)
          .map(({ index, input, weight }) => ({ index, input, weight })),
      },
    }),
  };
}
