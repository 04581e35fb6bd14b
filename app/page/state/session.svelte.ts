import type { GivenFile } from "./dropped-files.ts";
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
import { type Unit, sameUnit } from "../../components/unit.ts";
import { type Address, parseAddress, writeAddress } from "./address.ts";
import { fetchFile } from "./fetch-file.ts";
import { openFirstLook, readFirstLook } from "./first-look.ts";
import { Looks } from "./looks.svelte.ts";
import { packagedModel, packagedPhotos, photoPath } from "./packaged.ts";
import {
  namedAddress,
  namedFiles,
  prefersServer,
  type ServedFiles,
  servedFiles,
} from "./served.ts";
import type { Playground } from "./playground.svelte.ts";
import { ComputePlace, type PlaceName } from "./place.svelte.ts";
import { type OpenPhoto, openPhoto } from "./open-photo.ts";
import type { KeptResult } from "./save-report.ts";
import { painted } from "./painted.ts";
import { usualPanel } from "./tabs.ts";
import type { WatchedRun } from "./watched-run.svelte.ts";

/** Large results are replaced and never changed, so nothing watches their insides. */
export class Session extends Looks {
  readonly computes = new ComputePlace();
  #served: ServedFiles = {};
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
  /** The training of this page, which goes on while something else is looked at. */
  playground: Playground | undefined;
  /** The training of the process that serves the page. */
  watched = $state.raw<WatchedRun>();

  hover = $state.raw<Unit>();
  field = $state.raw<FieldAnswer>();
  pins = $state.raw<readonly Unit[]>([]);
  /** What was asked of the network last, one of each view: for the report. */
  results = $state.raw<readonly KeptResult[]>([]);

  /** What a command wrote of a data set, as it was dropped: for the room of data sets to read. */
  dropped = $state.raw<readonly GivenFile[]>([]);
  /** The results that the command line named. */
  servedResults = $state.raw<ServedFiles["results"]>();

  /** What a screen reader is told. */
  spoken = $state("");

  #looking: AbortController | undefined;
  #asking: AbortController | undefined;

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

  /** The network and the photo that are opened where the address of the page names none. */
  get #usual(): { readonly model: string; readonly photo: string } {
    const { model, photo } = this.#served;
    return {
      model: model ? namedAddress("model") : packagedModel,
      photo: photo ? namedAddress("photo") : packagedPhotos[0]!,
    };
  }

  /** Opens what the address says, and otherwise what was named, or the packaged network and dog. */
  async begin(): Promise<void> {
    if (this.computes.isServed) this.#served = (await this.attempt("", servedFiles)) ?? {};
    const address = parseAddress(location.hash);
    this.#take(address);
    if (this.#served.isTraining) await this.#watchTraining(address);
    void this.#openResults(address);
    if (!address.model && prefersServer(this.#served)) this.computes.name = "server";
    const look = this.#isUsual(address) ? await readFirstLook(this.computes.isServed) : undefined;
    if (look) await openFirstLook(this, look);
    else await this.#openAll(address);
    performance.mark("striate-live");
    this.views = (await this.attempt("", () => this.engine.call("views", []))) ?? [];
  }

  /** Whether the packaged network and dog are opened, in the page. */
  #isUsual({ model, photo }: Address): boolean {
    const { isTraining, results, ...named } = this.#served;
    if (model || photo || named.model || named.photo) return false;
    // Another room is looked at first, and the server has more to do than this.
    return !isTraining && !results;
  }

  async #openAll(address: Address): Promise<void> {
    const asked = this.engine.call("colormaps", []).then((tables) => this.takeColors(tables));
    const model = this.openAddress(address.model ?? this.#usual.model);
    const photo = this.openPhotoAddress(address.photo ?? this.#usual.photo);
    await Promise.all([asked.catch(() => undefined), model, photo]);
  }

  takeColors(tables: readonly { readonly name: string; readonly colors: Uint8Array }[]): void {
    this.colormaps = new Map(tables.map(({ name, colors }) => [name, colors]));
  }

  /** Opens the room of data sets on the results that the command line named. */
  async #openResults({ tab = "data" }: Address): Promise<void> {
    const { results } = this.#served;
    if (results === undefined) return;
    this.tab = tab;
    const files = await this.attempt(`Reading ${results.name}`, (options) =>
      namedFiles("results", results, options),
    );
    [this.servedResults, this.dropped] = [results, files ?? []];
  }

  async #watchTraining({ tab = "train" }: Address): Promise<void> {
    const { WatchedRun } = await import("./watched-run.svelte.ts");
    const watched = new WatchedRun(this);
    [this.watched, this.tab] = [watched, tab];
    void watched.follow();
  }

  /** Goes on computing elsewhere: what is open is opened there. */
  async move(place: PlaceName): Promise<void> {
    await this.computes.held;
    if (place === this.computes.name) return;
    const [photos, photo, model] = [this.photos, this.photo, this.modelSource];
    if (this.model) void this.engine.call("close", [this.model.id]).catch(() => undefined);
    this.computes.name = place;
    [this.model, this.seen, this.photos, this.photo] = [undefined, undefined, [], undefined];
    const again = photos.filter((one) => one !== photo);
    for (const one of photo ? [...again, photo] : again)
      await this.#openPhoto(one.source, one.name, one.address);
    if (model === undefined) return;
    if (model.address) await this.openAddress(model.address);
    else await this.open(model.source, model.words);
  }

  /** Takes what an address says that needs no new file. */
  #take(address: Address): void {
    this.takeLooks(address, this.layers.length);
    if (address.layers) this.shown = address.layers;
    this.#wanted = address.layers;
  }
  #wanted: readonly string[] | undefined;

  /** The whole state as the hash of the page's address. */
  get hash(): string {
    const { shown, model } = this;
    const isChosen = model !== undefined && shown.join() !== model.shown.join();
    return writeAddress({
      ...(this.modelAddress !== this.#usual.model && { model: this.modelAddress }),
      ...(this.photo?.address !== this.#usual.photo && { photo: this.photo?.address }),
      ...this.looksOf(this.layers.length),
      ...(isChosen && { layers: shown }),
    });
  }

  /** Goes where the address of the page says, after back and forward. */
  async follow(): Promise<void> {
    const address = parseAddress(location.hash);
    this.#take(address);
    const model = address.model ?? this.#usual.model;
    if (this.modelAddress !== undefined && model !== this.modelAddress)
      await this.openAddress(model);
    else if (this.model) this.shown = address.layers ?? this.model.shown;
    const photo = address.photo ?? this.#usual.photo;
    if (this.photo?.address !== undefined && photo !== this.photo.address)
      await this.openPhotoAddress(photo);
    await this.look();
    await this.explainUnit();
  }

  /** Opens the packaged network and dog, where others are open. */
  async openPackaged(): Promise<void> {
    if (this.modelAddress !== packagedModel) await this.openAddress(packagedModel);
    if (this.photo?.address !== packagedPhotos[0]) await this.openPhotoAddress(packagedPhotos[0]!);
  }

  /** Goes to a state, as a link does. */
  goTo(hash: string): Promise<void> {
    history.pushState(null, "", hash.length > 1 ? hash : location.pathname + location.search);
    return this.follow();
  }

  /** Opens the network at an address: a packaged one, or one on the web. */
  async openAddress(address: string): Promise<void> {
    if (/^https?:/.test(address)) return this.open({ url: address }, address, address);
    if (address === namedAddress("model")) {
      const name = this.#served.model?.name ?? "the network";
      const source = await this.#namedSource("model");
      return source && this.open(source, name, address);
    }
    const file = await this.attempt(`Reading ${address}`, (options) => fetchFile(address, options));
    if (file) await this.open({ files: [{ file, path: file.name }] }, address, address);
  }

  /** What the command line named: read there, or fetched from there. */
  async #namedSource(what: "model" | "photo"): Promise<Source | undefined> {
    if (this.computes.name === "server") return { named: what };
    const found = this.#served[what];
    const files =
      found &&
      (await this.attempt(`Reading ${found.name}`, (options) => namedFiles(what, found, options)));
    return files && { files };
  }

  /** Opens a network. @param address where it can be opened again */
  async open(source: Source, words: string, address?: string): Promise<void> {
    const model = await this.attempt(`Opening ${words}`, (options) =>
      this.engine.call("open", [source, this.computes.options], options),
    );
    if (model === undefined) return;
    this.modelSource = { source, words, address };
    const before = this.model;
    this.take(model, address);
    if (before) void this.engine.call("close", [before.id]).catch(() => undefined);
    await this.look();
    await this.explainUnit();
  }

  /** Shows a network that is open. */
  take(model: ModelInfo, address?: string): void {
    const own = new Set(model.layers.map((layer) => layer.address));
    const usual = usualPanel(this.layers.length);
    this.model = model;
    this.modelAddress = address;
    this.shown = this.#wanted?.filter((layer) => own.has(layer)) ?? model.shown;
    this.#wanted = undefined;
    if (this.unit && !own.has(this.unit.layer)) this.unit = undefined;
    this.seen = undefined;
    this.before = undefined;
    this.field = undefined;
    this.pins = [];
    this.results = [];
    if (this.panel === usual) this.panel = usualPanel(model.layers.length);
    this.spoken = `${model.file} is open: ${model.layers.length} layers`;
  }

  async openPhotoAddress(address: string): Promise<void> {
    const open = this.photos.find((photo) => photo.address === address);
    if (open) return this.choosePhoto(open);
    if (address === namedAddress("photo")) {
      const source = await this.#namedSource("photo");
      return source && this.#openPhoto(source, this.#served.photo?.name ?? "the photo", address);
    }
    const file = await this.attempt(`Reading ${address}`, (options) =>
      fetchFile(/^https?:/.test(address) ? address : photoPath(address), options),
    );
    if (file) await this.openPhoto(file, address);
  }

  /** Opens a photo and looks at it. */
  openPhoto(file: File, address?: string): Promise<void> {
    return this.#openPhoto({ files: [{ file, path: file.name }] }, file.name, address);
  }

  async #openPhoto(source: Source, name: string, address?: string): Promise<void> {
    const info = await this.attempt(`Reading ${name}`, (options) =>
      this.engine.call("photo", [source], options),
    );
    if (info === undefined) return;
    const photo = await openPhoto(info, source, address);
    this.photos = [...this.photos.slice(-7), photo];
    await this.choosePhoto(photo);
  }

  /** Opens the other packaged photo, where there is one only, and goes on with the first. */
  async openSecondPhoto(): Promise<void> {
    const first = this.photo;
    const name = packagedPhotos.find((each) => each !== first?.address);
    if (first === undefined || name === undefined) return;
    await this.openPhotoAddress(name);
    await this.choosePhoto(first);
  }

  async choosePhoto(photo: OpenPhoto): Promise<void> {
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
    this.#looking?.abort();
    const stop = (this.#looking = new AbortController());
    const layers = [...new Set([...shown, ...this.pins.map(({ layer }) => layer)])];
    const seen = await this.attempt("", () =>
      this.#of(
        model,
        this.engine.call("see", [model.id, photo.id, layers], { signal: stop.signal }),
      ),
    );
    if (seen === undefined || stop.signal.aborted) return;
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
    this.#asking?.abort();
    if (model === undefined || photo === undefined || unit?.y === undefined) {
      this.field = undefined;
      return;
    }
    const stop = (this.#asking = new AbortController());
    const place = `${unit.layer}@${unit.y},${unit.x}[${unit.channel}]`;
    const field = await this.attempt("", () =>
      this.#of(
        model,
        this.engine.call("field", [model.id, photo.id, place], { signal: stop.signal }),
      ),
    );
    if (!stop.signal.aborted) this.field = field;
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
