import type { Engine, ModelInfo, SeenPhoto, Source } from "../../engine/protocol.ts";
import { areCheckpoints, inOrder } from "./checkpoints.ts";
import { givenFiles } from "./dropped-files.ts";
import { fetchFile } from "./fetch-file.ts";
import { keepAsItIs } from "./keep-offline.ts";
import { Latest } from "./latest.ts";
import type { OpenPhoto } from "./open-photo.ts";
import { packagedModel } from "./packaged.ts";
import type { Session } from "./session.svelte.ts";

type Seen = Pick<SeenPhoto, "maps" | "prediction">;

/** One side of a comparison: a network, or an epoch of it, on a photo. */
interface Side {
  readonly title: string;
  readonly detail: string;
  readonly photo: OpenPhoto;
  readonly layer: string;
  see(signal: AbortSignal): Promise<Seen>;
}

/** Two things side by side: photos, networks, or epochs of a training. */
export class Comparison {
  readonly session: Session;
  /** The second network that was opened, and where. */
  #opened = $state.raw<{ readonly model: ModelInfo; readonly engine: Engine }>();
  /** The second network that is to be open: the last one asked for, or none. */
  readonly #wish = new Latest();
  otherPhoto = $state<number>();
  layer = $state("");
  /** The checkpoints of a run as files, of which one is the second network. */
  checkpoints = $state.raw<readonly File[]>([]);
  checkpoint = $state(0);
  /** The epochs of the training of this page that are compared, from 0; undefined where none are. */
  epochs = $state.raw<readonly [number, number]>();
  pair = $state.raw<readonly [Seen, Seen]>();

  constructor(session: Session) {
    this.session = session;
  }

  /** The second network, where there is one; one that was opened where it is no longer computed is none. */
  get other(): ModelInfo | undefined {
    return this.#opened?.engine === this.session.computes.started ? this.#opened.model : undefined;
  }

  /** The training of this page whose network is open, with the epochs that are kept of it. */
  get training() {
    const { playground } = this.session;
    const { trained, kept = [], isOpen } = playground ?? {};
    return trained && isOpen && kept.length > 1 ? { run: trained.run, kept } : undefined;
  }

  get layers(): string[] {
    return this.session.layers
      .filter(({ maps, unavailable }) => maps && !unavailable)
      .map(({ address }) => address);
  }

  get chosen(): string {
    const { layers, layer, session } = this;
    return layers.includes(layer) ? layer : (session.shown.at(-1) ?? layers[0] ?? "");
  }

  /** The layer of the second network: of the same name, or in the same place among those with maps. */
  get otherLayer(): string {
    if (this.other === undefined) return this.chosen;
    const own = this.other.layers.filter(({ maps }) => maps).map(({ address }) => address);
    return own.includes(this.chosen)
      ? this.chosen
      : (own[Math.min(own.length - 1, this.layers.indexOf(this.chosen))] ?? "");
  }

  get second(): OpenPhoto | undefined {
    const { photos, photo } = this.session;
    return (
      photos.find(({ id }) => id === this.otherPhoto) ??
      (this.other || this.epochs ? photo : photos.find(({ id }) => id !== photo?.id))
    );
  }

  get sides(): readonly [Side, Side] | undefined {
    const { session, second, chosen, otherLayer, epochs, training } = this;
    const { model, photo, engine } = session;
    if (!model || !photo || !second || chosen === "" || model.noPhoto) return undefined;
    if (epochs && training)
      return [
        this.#epochSide(training.run, epochs[0], photo),
        this.#epochSide(training.run, epochs[1], second),
      ];
    const side = (of: ModelInfo, shown: OpenPhoto, layer: string): Side => ({
      ...{ title: shown.name, detail: of.file, photo: shown, layer },
      see: (signal) => engine.call("see", [of.id, shown.id, [layer]], { signal }),
    });
    return [side(model, photo, chosen), side(this.other ?? model, second, otherLayer)];
  }

  #epochSide(run: number, epoch: number, photo: OpenPhoto): Side {
    const layer = this.chosen;
    return {
      ...{ title: `after epoch ${epoch + 1}`, detail: photo.name, photo, layer },
      see: (signal) =>
        this.session.engine.call("seeEpoch", [{ run, epoch }, photo.id, [layer]], { signal }),
    };
  }

  /** Looks at both sides; what comes too late is left. */
  async look(sides: readonly [Side, Side], signal: AbortSignal): Promise<void> {
    const seen = await this.session.attempt("", async () => {
      const first = await sides[0].see(signal);
      return [first, await sides[1].see(signal)] as const;
    });
    // Where nothing could be seen, nothing of others stands there.
    if (!signal.aborted) this.pair = seen;
  }

  /** Opens the second network; several files that are networks each are the checkpoints of a run. */
  async openFiles(files: readonly File[]): Promise<void> {
    this.checkpoints = areCheckpoints(files) ? inOrder(files) : [];
    if (this.checkpoints.length > 0) return this.showCheckpoint(this.checkpoints.length - 1);
    await this.#open({ files: givenFiles(files) }, "the second network");
  }

  async openUrl(url: string): Promise<void> {
    this.checkpoints = [];
    await this.#open({ url }, url);
  }

  /** Opens the network that comes with the page. */
  async openPackaged(): Promise<void> {
    this.checkpoints = [];
    const wish = this.#wish.take();
    const file = await this.session.attempt(
      "Reading it",
      (options) => fetchFile(packagedModel, options),
      wish,
    );
    if (file) await this.#open({ files: givenFiles([file]) }, file.name, wish);
  }

  async showCheckpoint(at: number): Promise<void> {
    this.checkpoint = at;
    const file = this.checkpoints[at]!;
    await this.#open({ files: givenFiles([file]) }, file.name);
  }

  /** Opens the second network; one that comes late, where another one or none is wanted by now, is closed. */
  async #open(source: Source, words: string, wish = this.#wish.take()): Promise<void> {
    keepAsItIs();
    const { session } = this;
    const engine = session.computes.started;
    await session.computes.held;
    await session.attempt(
      `Opening ${words}`,
      async (options) => {
        const model = await engine.call("open", [source, {}], options);
        const isTaken = !options.signal.aborted && model.noPhoto === undefined;
        if (model.noPhoto) session.problem(model.noPhoto);
        const old = isTaken ? this.#opened : { model, engine };
        if (isTaken) [this.#opened, this.epochs] = [{ model, engine }, undefined];
        if (old) close(old);
      },
      wish,
    );
  }

  leaveOther(): void {
    this.#wish.take();
    const old = this.#opened;
    [this.#opened, this.checkpoints] = [undefined, []];
    if (old) close(old);
  }
}

const close = ({ model, engine }: { model: ModelInfo; engine: Engine }): void =>
  void engine.call("close", [model.id]).catch(() => undefined);
