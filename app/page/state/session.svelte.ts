import type { CallOptions, Source } from "../../engine/protocol.ts";
import { type Address, parseAddress, writeAddress } from "./address.ts";
import { Desk } from "./desk.svelte.ts";
import type { GivenFile } from "./dropped-files.ts";
import { fetchFile } from "./fetch-file.ts";
import { openFirstLook, readFirstLook } from "./first-look.ts";
import type { OpenPhoto } from "./open-photo.ts";
import { packagedModel, packagedPhotos, photoPath } from "./packaged.ts";
import type { PlaceName } from "./place.svelte.ts";
import { Latest } from "./latest.ts";
import type { Playground } from "./playground.svelte.ts";
import {
  namedAddress,
  namedFiles,
  prefersServer,
  type ServedFiles,
  servedFiles,
} from "./served.ts";
import type { TrainingRoom } from "./training-room.svelte.ts";

/** The page's visit: what it opens by itself, by the address, by what the command line named, and where it computes. */
export class Session extends Desk {
  #served: ServedFiles = {};
  /** The training of this page, which goes on while something else is looked at. */
  playground = $state.raw<Playground>();
  /** A training that is only looked at: of the process that serves the page, or one that was kept. */
  watched = $state.raw<TrainingRoom>();

  /** What a command wrote of a data set, drop by drop: for the room of data sets to read once it is there. */
  dropped = $state.raw<readonly (readonly GivenFile[])[]>([]);
  /** The results that the command line named. */
  servedResults = $state.raw<ServedFiles["results"]>();
  readonly #trainingWish = new Latest();
  readonly #placeWish = new Latest();
  #moved: Promise<unknown> = Promise.resolve();

  /** The network and the photo that are opened where the address of the page names none. */
  get #usual(): { readonly model: string; readonly photo: string } {
    const { model, photo } = this.#served;
    return {
      model: model ? namedAddress("model") : packagedModel,
      photo: photo ? namedAddress("photo") : packagedPhotos[0]!,
    };
  }

  /**
   * Opens what the address says, and otherwise what was named, or the packaged network and dog; not what somebody
   * who was quicker has asked for otherwise.
   */
  async begin(): Promise<void> {
    if (this.computes.isServed) this.#served = (await this.attempt("", servedFiles)) ?? {};
    const address = parseAddress(location.hash);
    this.#take(address);
    if (this.#served.isTraining) await this.#watchTraining(address);
    void this.#openResults(address);
    if (!address.model && !this.#isAsked && prefersServer(this.#served))
      this.computes.name = "server";
    const look = this.#isUsual(address) ? await this.#firstLook() : undefined;
    if (look && !this.#isAsked) await openFirstLook(this, look);
    else await this.#openAll(address);
    performance.mark("striate-live");
    this.views = (await this.attempt("", () => this.engine.call("views", []))) ?? [];
    this.isBeginning = false;
  }

  /** Whether a network or a photo was asked for already. */
  get #isAsked(): boolean {
    return this.modelWish.isAsked || this.photoWish.isAsked;
  }

  #firstLook() {
    [this.modelAddress, this.photoAddress] = [this.#usual.model, this.#usual.photo];
    return readFirstLook(this.computes.isServed);
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
    const { model = this.#usual.model, photo = this.#usual.photo } = address;
    await Promise.all([
      asked.catch(() => undefined),
      this.modelWish.isAsked ? undefined : this.openAddress(model),
      this.photoWish.isAsked ? undefined : this.openPhotoAddress(photo),
    ]);
  }

  /** Opens the room of data sets on the results that the command line named. */
  async #openResults({ tab = "data" }: Address): Promise<void> {
    const { results } = this.#served;
    if (results === undefined) return;
    this.tab = tab;
    const files = await this.attempt(`Reading ${results.name}`, (options) =>
      namedFiles("results", results, options),
    );
    this.servedResults = results;
    if (files) this.dropped = [...this.dropped, files];
  }

  async #watchTraining({ tab = "train" }: Address): Promise<void> {
    const { WatchedRun } = await import("./watched-run.svelte.ts");
    const watched = new WatchedRun(this);
    [this.watched, this.tab] = [watched, tab];
    void watched.follow();
  }

  /** Shows a training that `striate train --watch` has kept, until it is closed. */
  async openTraining(file: File): Promise<void> {
    const wish = this.#trainingWish.take();
    const read = async () => {
      const { openKeptRun } = await import("./kept-run.svelte.ts");
      return openKeptRun(this, file, () => (this.watched = before));
    };
    const kept = await this.attempt(`Reading ${file.name}`, read, wish);
    if (!kept) return;
    // One at a time: with a row of them all their epochs would be kept.
    this.watched?.close?.();
    const before = this.watched;
    [this.watched, this.tab] = [kept, "train"];
  }

  /** Goes on computing elsewhere: what is open is opened there. One move ends before the next, the last one, begins. */
  move(place: PlaceName): Promise<unknown> {
    const wish = this.#placeWish.take();
    this.#moved = this.#moved.then(() => (wish.aborted ? undefined : this.#move(place)));
    return this.#moved;
  }

  async #move(place: PlaceName): Promise<void> {
    await this.computes.held;
    const before = this.computes.name;
    if (place === before) return;
    const open = [this.photos, this.photo, this.modelSource] as const;
    const hadSeen = this.seen !== undefined;
    await this.#openAt(place, ...open);
    // A device that is not given is missed at the first look.
    if (open[2] === undefined || (this.model && (this.seen || !hadSeen))) return;
    this.problem(`There it cannot be computed: ${open[2].words} is computed where it was before.`);
    await this.#openAt(before, ...open);
  }

  async #openAt(
    place: PlaceName,
    photos: Desk["photos"],
    photo: Desk["photo"],
    model: Desk["modelSource"],
  ): Promise<void> {
    this.leave();
    if (this.model) void this.engine.call("close", [this.model.id]).catch(() => undefined);
    this.computes.name = place;
    [this.model, this.seen, this.photos, this.photo] = [undefined, undefined, [], undefined];
    this.photoAddress = undefined;
    // All is asked for at once: whoever asks for something else meanwhile has asked later.
    const wish = this.photoWish.take();
    const opened = model && this.#openAgain(model);
    for (const one of photos.filter((each) => each !== photo)) await this.#readAgain(one);
    if (photo) await this.#readAgain(photo, wish);
    await opened;
  }

  #openAgain({ source, words, address }: NonNullable<Desk["modelSource"]>): Promise<void> {
    return address ? this.openAddress(address) : this.open(source, words);
  }

  /** @param wish to look at it */
  #readAgain({ name, address, source }: OpenPhoto, wish = AbortSignal.abort()): Promise<void> {
    return this.openingPhoto(name, address, () => Promise.resolve(source), wish);
  }

  /** Takes what an address says that needs no new file. */
  #take(address: Address): void {
    this.takeLooks(address, this.layers.length);
    if (address.layers) this.shown = address.layers;
    this.wanted = address.layers;
  }

  /** The whole state as the hash of the page's address. */
  get hash(): string {
    const { shown, model, modelAddress, photoAddress } = this;
    const isChosen = model !== undefined && shown.join() !== model.shown.join();
    // Until a network is open, the layers are those that are wanted of it.
    const layers = this.isOpening ? this.wanted : isChosen ? shown : undefined;
    return writeAddress({
      ...(modelAddress !== this.#usual.model && { model: modelAddress }),
      ...(photoAddress !== this.#usual.photo && { photo: photoAddress }),
      ...this.looksOf(this.layers.length),
      ...(layers && { layers }),
    });
  }

  /** Goes where the address of the page says, after back and forward. */
  async follow(): Promise<void> {
    const address = parseAddress(location.hash);
    this.#take(address);
    const model = address.model ?? this.#usual.model;
    const photo = address.photo ?? this.#usual.photo;
    // What is open again before another one came needs not be opened.
    if (this.model && model === this.modelSource?.address) this.stay();
    if (this.model && !this.isOpening) this.shown = address.layers ?? this.model.shown;
    // Both begin at once: who goes on to another place meanwhile is not called back by the second.
    await Promise.all([
      this.modelAddress !== undefined && model !== this.modelAddress && this.openAddress(model),
      this.photoAddress !== undefined &&
        photo !== this.photoAddress &&
        this.openPhotoAddress(photo),
    ]);
    await this.look();
    await this.explainUnit();
  }

  /** Opens the packaged network and dog, where others are open. */
  async openPackaged(): Promise<void> {
    if (this.modelAddress !== packagedModel) await this.openAddress(packagedModel);
    if (this.photoAddress !== packagedPhotos[0]) await this.openPhotoAddress(packagedPhotos[0]!);
  }

  /** Goes to a state, as a link does. */
  goTo(hash: string): Promise<void> {
    history.pushState(null, "", hash.length > 1 ? hash : location.pathname + location.search);
    return this.follow();
  }

  /** Opens the network at an address: a packaged one, or one on the web. */
  async openAddress(address: string): Promise<void> {
    if (/^https?:/.test(address)) return this.open({ url: address }, address, address);
    const isNamed = address === namedAddress("model");
    const name = isNamed ? (this.#served.model?.name ?? "the network") : address;
    await this.opening(name, address, (wish) =>
      isNamed ? this.#namedSource("model", wish) : this.#fetched(address, address, wish),
    );
  }

  /** The file at an address. */
  async #fetched(address: string, url: string, wish?: AbortSignal): Promise<Source | undefined> {
    const read = (options: CallOptions & { signal: AbortSignal }) => fetchFile(url, options);
    const file = await this.attempt(`Reading ${address}`, read, wish);
    return file && { files: [{ file, path: file.name }] };
  }

  /** What the command line named: read there, or fetched from there. */
  async #namedSource(what: "model" | "photo", wish?: AbortSignal): Promise<Source | undefined> {
    if (this.computes.name === "server") return { named: what };
    const found = this.#served[what];
    const files =
      found &&
      (await this.attempt(
        `Reading ${found.name}`,
        (options) => namedFiles(what, found, options),
        wish,
      ));
    return files && { files };
  }

  async openPhotoAddress(address: string, wish?: AbortSignal): Promise<void> {
    const open = this.photos.find((photo) => photo.address === address);
    if (open) return this.choosePhoto(open);
    const isNamed = address === namedAddress("photo");
    const name = isNamed ? (this.#served.photo?.name ?? "the photo") : address.replace(/.*\//, "");
    const url = /^https?:/.test(address) ? address : photoPath(address);
    const find = (given: AbortSignal) =>
      isNamed ? this.#namedSource("photo", given) : this.#fetched(address, url);
    await this.openingPhoto(name, address, find, wish);
  }

  /** Opens the other packaged photo, which lies beside the one that is looked at. */
  async openSecondPhoto(): Promise<void> {
    const name = packagedPhotos.find((each) => each !== this.photo?.address);
    if (name) await this.openPhotoAddress(name, AbortSignal.abort());
  }
}
