import { type Image, type Model, StoppedError, StriateError, loadModel, readImage } from "striate";
import type { AnySeen } from "./ask.ts";
import type { CallContext } from "./call-context.ts";
import { colorTables } from "./color-tables.ts";
import { Kept } from "./kept.ts";
import { checkRoom, mapBytes } from "./map-room.ts";
import { modelInfo } from "./model-info.ts";
import type { EngineMethods, Method, PhotoInfo, Source } from "./protocol.ts";
import { lookAt, seenPhoto } from "./see-input.ts";
import { type SourceHost, filesOf } from "./sources.ts";
import { thumbnail } from "./thumbnail.ts";
import type { EpochNetworks } from "./training/epoch-networks.ts";
import type { ZipPhotos } from "./zip-photos.ts";

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

/** What is asked of a network once its maps are there: loaded when it is. */
const asking = () => import("./ask.ts");

/**
 * All that the page asks for, answered with the public library: in a worker of the page, or in Node behind
 * `striate serve`. One call runs after the other; one that was stopped while it waited does not begin.
 */
export class PageEngine {
  readonly #host: EngineHost;
  readonly #models = new Kept<Model>("network", 3, (model) => model.dispose());
  readonly #photos = new Kept<Image>("photo", 12);
  /** More than the page has in its report and asks besides: an answer of the report must not go for others. */
  readonly #results = new Kept<AnySeen>("result", 16);
  readonly #runs = new Kept<EpochNetworks>("training", 2, (epochs) => epochs.dispose());
  readonly #zips = new Kept<ZipPhotos>("zip", 2, (zip) => zip.close());
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
    views: async () => (await asking()).viewInfos(),
    colormaps: () => Promise.resolve(colorTables()),
    open: async ({ signal }, source, { device, threads }) => {
      const files = await filesOf(source, this.#host);
      const options = { device: device as never, ...(threads !== undefined && { threads }) };
      const model = await unlessStopped(loadModel(files, options), signal);
      return this.#added(model, device);
    },
    close: (_, id) => this.#models.delete(id),
    graph: async (_, id, closed) =>
      (await asking()).networkMap(this.#models.get(id).network, closed),
    photo: async (_, source) => {
      const image = await this.#read(source);
      return photoInfo(this.#photos.add(image), image);
    },
    see: async ({ signal }, model, photo, layers) =>
      seenPhoto(await this.#look(model, photo, layers, signal), layers),
    field: async ({ signal }, model, photo, place) => {
      const { takeApart } = await asking();
      return takeApart(this.#models.get(model), this.#photos.get(photo), place, signal);
    },
    view: async (context, name, on, asks, shows) => {
      const { ask, viewAnswer } = await asking();
      const seen = await ask(name, asks, shows, context, {
        model: this.#models.get(on.model),
        photo: on.photo === undefined ? undefined : this.#photos.get(on.photo),
        other: on.other === undefined ? undefined : this.#models.get(on.other),
      });
      const question = [name, on.model, on.photo, on.other].join();
      return viewAnswer(this.#results.add(seen, question), seen, shows);
    },
    redraw: async (_, result, shows) =>
      (await asking()).drawn(this.#results.get(result), shows).pictures,
    numbers: async (_, result) => (await asking()).numbersOf(this.#results.get(result)),
    picture: async (_, result, index, shows) =>
      (await asking()).pngOf(this.#results.get(result), index, shows),
    mapNumbers: async ({ signal }, model, photo, layers) =>
      (await asking()).numbersOf(await this.#look(model, photo, layers, signal)),
    report: async ({ signal }, model, photo, layers, results, looks) => {
      const maps = await this.#look(model, photo, layers, signal);
      const found = results.map((result) => this.#results.get(result));
      return (await asking()).reportOf([maps, ...found], looks);
    },
    answer: async ({ signal }, id, photo) => {
      const seen = await lookAt(this.#models.get(id), await this.#read(photo), "conv", signal);
      return seenPhoto(seen).prediction;
    },
    train: async (context, request) => {
      const photos = request.photos.map(({ id, name }) => ({ image: this.#photos.get(id), name }));
      const { train } = await import("./training/train.ts");
      const { model, epochs } = await train(request, context, this.#host, photos);
      return { ...this.#added(model, undefined), run: this.#runs.add(epochs) };
    },
    seeEpoch: async ({ signal }, { run, epoch }, photo, layers) => {
      const model = await this.#runs.get(run).open(epoch);
      const image = this.#photos.get(photo);
      return seenPhoto(await lookAt(model, image, layers.join(","), signal), layers);
    },
    epochsKept: (_, run) => Promise.resolve(this.#runs.get(run).epochs),
    saveEpoch: async (_, { run, epoch }, ending) => {
      const { saveModel } = await import("./save-model.ts");
      return saveModel(await this.#runs.get(run).open(epoch), ending, `epoch_${epoch + 1}`);
    },
    animate: async (_, record, colormap) =>
      (await import("./training/animate.ts")).animateTraining(record, colormap),
    save: async (_, id, ending) =>
      (await import("./save-model.ts")).saveModel(this.#models.get(id), ending),
    openZip: async (_, source) => {
      const [file] = await filesOf(source, this.#host);
      if (!(file instanceof Blob)) throw new StriateError("expected a zip that was handed over");
      const photos = await (await import("./zip-photos.ts")).ZipPhotos.of(file);
      return { zip: this.#zips.add(photos), paths: photos.paths };
    },
    zipPhoto: (_, zip, path) => this.#zips.get(zip).read(path),
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
    const of = this.#models.get(model);
    checkRoom(sumOf(layers.map((layer) => mapBytes(of.network, layer))), layers);
    return lookAt(of, this.#photos.get(photo), asked, signal);
  }
}

/** A model; where it was stopped, nobody waits for what comes too late, such as a slow server's answer. */
async function unlessStopped(opening: Promise<Model>, signal: AbortSignal): Promise<Model> {
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new StoppedError("stopped"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([opening, stopped]);
  } catch (error) {
    if (signal.aborted) void opening.then((late) => late.dispose()).catch(() => undefined);
    throw error;
  }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function photoInfo(id: number, image: Image): PhotoInfo {
  const { width, height, origin } = image;
  return { id, name: origin.name.replace(/^.*[/\\]/, ""), width, height, pixels: thumbnail(image) };
}
