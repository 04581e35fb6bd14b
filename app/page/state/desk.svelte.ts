import { type Unit, sameUnit } from "../../components/unit.ts";
import type {
  CallOptions,
  Engine,
  EngineMethods,
  FieldAnswer,
  LayerMaps,
  Method,
  ModelInfo,
  SeenPhoto,
  Source,
  ViewInfo,
} from "../../engine/protocol.ts";
import { Latest } from "./latest.ts";
import { Looks } from "./looks.svelte.ts";
import { type OpenPhoto, openPhoto } from "./open-photo.ts";
import { painted } from "./painted.ts";
import { ComputePlace } from "./place.svelte.ts";
import { usualPanel } from "./tabs.ts";

/** What a view has found, where the engine still has it. */
export interface KeptResult {
  readonly view: string;
  readonly photo: number;
  readonly result: number;
}

/**
 * What lies open, a network and photos, and what is looked at of them. Large results are replaced and never changed,
 * so nothing watches their insides.
 */
export class Desk extends Looks {
  readonly computes = new ComputePlace();
  /** Where the network that is open came from. */
  modelSource: { source: Source; words: string; address: string | undefined } | undefined;
  views = $state.raw<readonly ViewInfo[]>([]);
  colormaps = $state.raw<ReadonlyMap<string, Uint8Array>>(new Map());

  model = $state.raw<ModelInfo>();
  /** The address of the network where it has one. */
  modelAddress = $state.raw<string | undefined>();
  photos = $state.raw<readonly OpenPhoto[]>([]);
  photo = $state.raw<OpenPhoto>();
  seen = $state.raw<SeenPhoto>();
  shown = $state.raw<readonly string[]>([]);
  /** The layer that was added last: its column comes into view. */
  latest = $state<string>();
  /** The maps of the photo that was shown before, by layer. */
  before = $state.raw<ReadonlyMap<string, LayerMaps>>();
  #seenPhoto: number | undefined;

  hover = $state.raw<Unit>();
  field = $state.raw<FieldAnswer>();
  pins = $state.raw<readonly Unit[]>([]);
  /** What was asked of the network last, one of each view: for the report. */
  results = $state.raw<readonly KeptResult[]>([]);

  /** What a screen reader is told. */
  spoken = $state("");

  /** The network that is to be open: the last one asked for, however long the ones before take. */
  protected readonly modelWish = new Latest();
  /** The photo that is to be looked at, in the same way. */
  protected readonly photoWish = new Latest();
  readonly #looking = new Latest();
  readonly #asking = new Latest();

  get engine(): Engine {
    return this.computes.engine;
  }

  /** The maps of a layer, where they are shown. */
  maps(layer: string): LayerMaps | undefined {
    return this.seen?.maps.find(({ address }) => address === layer);
  }

  get layers() {
    return this.model?.layers ?? [];
  }

  takeColors(tables: readonly { readonly name: string; readonly colors: Uint8Array }[]): void {
    this.colormaps = new Map(tables.map(({ name, colors }) => [name, colors]));
  }

  /** The layers that an address asked for, until the network with them is open. */
  protected wanted: readonly string[] | undefined;

  /**
   * Opens a network.
   * @param address where it can be opened again
   * @param wish since when it is asked for, where it had to be fetched first
   */
  async open(
    source: Source,
    words: string,
    address?: string,
    wish = this.modelWish.take(),
  ): Promise<void> {
    const { engine } = this;
    const opening = async (options: CallOptions & { signal: AbortSignal }) => {
      const model = await engine.call("open", [source, this.computes.options], options);
      if (options.signal.aborted) this.#close(model, engine);
      return model;
    };
    const model = await this.attempt(`Opening ${words}`, opening, wish);
    if (model === undefined) return;
    this.modelSource = { source, words, address };
    const before = this.model;
    this.take(model, address);
    if (before) this.#close(before, engine);
    await this.look();
    await this.explainUnit();
  }

  #close(model: ModelInfo, engine: Engine): void {
    void engine.call("close", [model.id]).catch(() => undefined);
  }

  /** Shows a network that is open. */
  take(model: ModelInfo, address?: string): void {
    const own = new Set(model.layers.map((layer) => layer.address));
    const usual = usualPanel(this.layers.length);
    this.model = model;
    this.modelAddress = address;
    this.shown = this.wanted?.filter((layer) => own.has(layer)) ?? model.shown;
    this.wanted = undefined;
    if (this.unit && !own.has(this.unit.layer)) this.unit = undefined;
    this.seen = undefined;
    this.before = undefined;
    this.field = undefined;
    this.pins = [];
    this.results = [];
    if (this.panel === usual) this.panel = usualPanel(model.layers.length);
    this.spoken = `${model.file} is open: ${model.layers.length} layers`;
  }

  /** Opens a photo and looks at it. */
  openPhoto(file: File, address?: string, wish = this.photoWish.take()): Promise<void> {
    return this.openPhotoFrom({ files: [{ file, path: file.name }] }, file.name, address, wish);
  }

  /** Opens photos, eight at most, and looks at each until another one is asked for. */
  async openPhotos(files: readonly File[]): Promise<void> {
    const wish = this.photoWish.take();
    for (const file of files.slice(0, 8)) await this.openPhoto(file, undefined, wish);
  }

  /** Opens a photo from wherever it comes. One that is read late lies among the photos, and is not looked at. */
  protected async openPhotoFrom(
    source: Source,
    name: string,
    address?: string,
    wish = this.photoWish.take(),
  ): Promise<void> {
    const info = await this.attempt(`Reading ${name}`, (options) =>
      this.engine.call("photo", [source], options),
    );
    if (info === undefined) return;
    const photo = await openPhoto(info, source, address);
    this.photos = [...this.photos.slice(-7), photo];
    if (!wish.aborted) await this.#lookAt(photo);
  }

  choosePhoto(photo: OpenPhoto): Promise<void> {
    this.photoWish.take();
    return this.#lookAt(photo);
  }

  async #lookAt(photo: OpenPhoto): Promise<void> {
    this.photo = photo;
    this.spoken = `photo ${photo.name}`;
    await this.look();
    await this.explainUnit();
  }

  /** Computes what is shown of the photo. */
  async look(): Promise<void> {
    const { model, photo, shown } = this;
    if (model === undefined || photo === undefined) return;
    if (model.noPhoto) return this.problem(model.noPhoto);
    const signal = this.#looking.take();
    const layers = [...new Set([...shown, ...this.pins.map(({ layer }) => layer)])];
    const seen = await this.attempt("", () =>
      this.#of(model, this.engine.call("see", [model.id, photo.id, layers], { signal })),
    );
    if (seen === undefined || signal.aborted) return;
    this.showSeen(seen, photo);
  }

  /** Shows what a network has made of a photo. */
  showSeen(seen: SeenPhoto, photo: OpenPhoto): void {
    if (this.seen && this.#seenPhoto !== photo.id)
      this.before = new Map(this.seen.maps.map((maps) => [maps.address, maps]));
    this.#seenPhoto = photo.id;
    this.seen = seen;
    const best = seen.prediction?.scores[0];
    if (best) this.spoken = `${photo.name}: ${best.label}, ${Math.round(best.score * 100)} percent`;
    void painted().then(() => performance.mark("striate-maps"));
  }

  /** Remembers what was asked for the report: the last one of each view and photo. */
  keep(kept: KeptResult): void {
    const others = this.results.filter((one) => one.view !== kept.view || one.photo !== kept.photo);
    this.results = [...others, kept].slice(-6);
  }

  show(layers: readonly string[]): void {
    this.shown = layers;
    void this.look();
  }

  toggleLayer(layer: string): void {
    const shown = new Set(this.shown);
    this.latest = shown.delete(layer) ? undefined : layer;
    if (this.latest) shown.add(layer);
    this.show(this.layers.map(({ address }) => address).filter((each) => shown.has(each)));
  }

  select(unit: Unit | undefined): void {
    if (sameUnit(unit, this.unit)) return;
    this.unit = unit;
    void this.explainUnit();
  }

  pin(unit: Unit): void {
    const others = this.pins.filter(
      ({ layer, channel }) => layer !== unit.layer || channel !== unit.channel,
    );
    this.pins = others.length < this.pins.length ? others : [...others, unit];
  }

  /** Takes the chosen value apart. */
  async explainUnit(): Promise<void> {
    const { model, photo, unit } = this;
    const signal = this.#asking.take();
    if (model === undefined || photo === undefined || unit?.y === undefined) {
      this.field = undefined;
      return;
    }
    const place = `${unit.layer}@${unit.y},${unit.x}[${unit.channel}]`;
    const field = await this.attempt("", () =>
      this.#of(model, this.engine.call("field", [model.id, photo.id, place], { signal })),
    );
    if (!signal.aborted) this.field = field;
  }

  /** What was asked of a network: nobody wants it any more, nor why it failed, once another one is open. */
  async #of<T>(model: ModelInfo, asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      throw this.model === model
        ? error
        : new DOMException("another network is open", "AbortError");
    }
  }

  call<M extends Method>(
    words: string,
    method: M,
    args: Parameters<EngineMethods[M]>,
    more: CallOptions = {},
  ) {
    return this.attempt(words, (options) =>
      this.engine.call(method, args, { ...more, ...options }),
    );
  }
}
