import { counted } from "striate";
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
import { keepAsItIs } from "./keep-offline.ts";
import { Latest } from "./latest.ts";
import { Looks } from "./looks.svelte.ts";
import { type OpenPhoto, openPhoto } from "./open-photo.ts";
import { painted } from "./painted.ts";
import { ComputePlace } from "./place.svelte.ts";
import { usualPanel } from "./tabs.ts";

/** The most photos that are open at once. */
const mostPhotos = 8;

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
  modelSource = $state.raw<{ source: Source; words: string; address: string | undefined }>();
  /** What the engine does first, where it does something for long: what is asked waits for it. */
  busyWith = $state("");
  views = $state.raw<readonly ViewInfo[]>([]);
  colormaps = $state.raw<ReadonlyMap<string, Uint8Array>>(new Map());

  model = $state.raw<ModelInfo>();
  /** The address of the network that is open, or being opened, where it has one. */
  modelAddress = $state.raw<string | undefined>();
  photos = $state.raw<readonly OpenPhoto[]>([]);
  photo = $state.raw<OpenPhoto>();
  /** The address of the photo that is looked at, or being opened, where it has one. */
  photoAddress = $state.raw<string | undefined>();
  /** What the network has made of the photo; of the one before while the next is looked at. */
  seen = $state.raw<SeenPhoto>();
  isLooking = $state(false);
  /** Until the page has opened what it comes with, or what the link says. */
  isBeginning = $state(true);
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
  /** The network that is to be open: the last one asked for, however long the ones before take. */
  protected readonly modelWish = new Latest();
  /** The photo that is to be looked at, in the same way. */
  protected readonly photoWish = new Latest();
  #opening = $state.raw<AbortSignal>();

  /** Whether a network is being opened. */
  get isOpening(): boolean {
    return this.#opening !== undefined;
  }

  /** Opens a network. @param address where it can be opened again */
  open(source: Source, words: string, address?: string): Promise<void> {
    return this.opening(words, address, () => Promise.resolve(source));
  }

  /** The same, with a source that has to be found first: what is asked for meanwhile counts as the later. */
  async opening(
    words: string,
    address: string | undefined,
    find: (wish: AbortSignal) => Promise<Source | undefined>,
  ): Promise<void> {
    if (address === undefined) keepAsItIs();
    const wish = (this.#opening = this.modelWish.take());
    const { engine, computes } = this;
    this.modelAddress = address ?? this.modelSource?.address;
    const source = await find(wish);
    const opened = async (options: CallOptions & { signal: AbortSignal }) => {
      const model = await engine.call("open", [source!, computes.options], options);
      if (options.signal.aborted) this.#close(model, engine);
      return model;
    };
    const model = source && (await this.attempt(`Opening ${words}`, opened, wish));
    if (this.#opening !== wish) return;
    this.#opening = undefined;
    if (!source || !model) {
      // What is open stays; where nothing is, the link still says what was wanted.
      if (this.model) this.modelAddress = this.modelSource?.address;
      return;
    }
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

  /** The network that is open stays: what was being opened is left. */
  protected stay(): void {
    this.modelWish.take();
    this.#opening = undefined;
    this.modelAddress = this.modelSource?.address;
  }

  /** All that is under way is left. */
  protected leave(): void {
    this.stay();
    this.photoWish.take();
    this.#lookAway();
  }

  /** What was asked of the network and photo until now is not waited for. */
  #lookAway(): void {
    for (const one of [this.#looking, this.#asking]) one.take();
    this.isLooking = false;
  }

  /** Shows a network that is open. */
  take(model: ModelInfo, address?: string): void {
    this.#lookAway();
    const own = new Set(model.layers.map((layer) => layer.address));
    const usual = usualPanel(this.layers.length);
    this.model = model;
    this.modelAddress = address;
    this.shown = this.wanted?.filter((layer) => own.has(layer)) ?? model.shown;
    this.wanted = undefined;
    if (this.unit && !own.has(this.unit.layer)) this.unit = undefined;
    this.seen = undefined;
    this.before = undefined;
    this.hover = undefined;
    this.field = undefined;
    this.pins = [];
    this.results = [];
    if (this.panel === usual) this.panel = usualPanel(model.layers.length);
    this.spoken = `${model.file} is open: ${counted(model.layers.length, "layer")}`;
  }

  /** Opens a photo and looks at it. */
  openPhoto(file: File): Promise<void> {
    return this.openPhotos([file]);
  }

  /** Opens photos, as many as are kept, and looks at each until another one is asked for. */
  async openPhotos(files: readonly File[]): Promise<void> {
    const wish = this.photoWish.take();
    for (const file of files.slice(0, mostPhotos)) {
      const source = { files: [{ file, path: file.name }] };
      await this.openingPhoto(file.name, undefined, () => Promise.resolve(source), wish);
    }
    if (files.length > mostPhotos)
      this.problem(
        `${mostPhotos} of the ${files.length} photos are open: more are not kept at once.`,
      );
  }

  /** Opens a photo from wherever it comes. One that is read late lies among the photos, and is not looked at. */
  protected async openingPhoto(
    name: string,
    address: string | undefined,
    find: (wish: AbortSignal) => Promise<Source | undefined>,
    wish = this.photoWish.take(),
  ): Promise<void> {
    if (address === undefined) keepAsItIs();
    const place = this.computes.name;
    if (!wish.aborted) this.photoAddress = address ?? this.photo?.address;
    const source = await find(wish);
    const info =
      source &&
      (await this.attempt(`Reading ${name}`, (options) =>
        this.engine.call("photo", [source], options),
      ));
    const read = info && (await openPhoto(info, source, address));
    if (this.computes.name !== place) {
      // It is computed elsewhere by now, where nobody has read it.
      if (read) await this.openingPhoto(name, address, () => Promise.resolve(source), wish);
      return;
    }
    // Who asks twice for the same has it once.
    const known = address && this.photos.find((one) => one.address === address);
    const photo = known || read;
    if (photo && !known) this.photos = [...this.photos.slice(1 - mostPhotos), photo];
    if (wish.aborted) return;
    if (photo) await this.#lookAt(photo);
    else if (this.photo) this.photoAddress = this.photo.address;
  }

  choosePhoto(photo: OpenPhoto): Promise<void> {
    this.photoWish.take();
    return this.#lookAt(photo);
  }

  async #lookAt(photo: OpenPhoto): Promise<void> {
    this.photo = photo;
    this.photoAddress = photo.address;
    this.spoken = `photo ${photo.name}`;
    await this.look();
    await this.explainUnit();
  }

  /** Computes what is shown of the photo. */
  async look(): Promise<void> {
    const { model, photo, shown } = this;
    if (model === undefined || photo === undefined || model.noPhoto) return;
    const signal = this.#looking.take();
    this.isLooking = true;
    const layers = [...new Set([...shown, ...this.pins.map(({ layer }) => layer)])];
    const seen = await this.attempt("", () =>
      this.#of(model, this.engine.call("see", [model.id, photo.id, layers], { signal })),
    );
    if (signal.aborted) return;
    this.isLooking = false;
    if (seen) return this.showSeen(seen, photo);
    // Nothing is known of this photo, and what is known of another is not its.
    if (this.#seenPhoto !== photo.id) this.seen = undefined;
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
