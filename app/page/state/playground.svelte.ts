import type { CallOptions, Engine, ModelInfo, Source } from "../../engine/protocol.ts";
import type { PlannedLayer, TrainRequest, TrainingNews } from "../../engine/training/news.ts";
import { planProblem } from "../../engine/training/plan.ts";
import { emptyRecord } from "../../engine/training/record.ts";
import { type PhotoClass, classFiles, classProblem } from "./class-photos.ts";
import { download } from "./download.ts";
import { type GivenFile, folderCount } from "./dropped-files.ts";
import { keepAsItIs } from "./keep-offline.ts";
import { TrainingRoom } from "./training-room.svelte.ts";
import { usualLayers, usualSettings } from "./usual-training.ts";

/** Where the pictures come from. */
export type PictureSource = "shapes" | "files" | "camera";

/** A training in the page: what it is asked, how it goes, what the probes look like after each epoch. */
export class Playground extends TrainingRoom {
  readonly isElsewhere = false;
  source = $state<PictureSource>("shapes");
  settings = $state({ ...usualSettings });
  layers = $state.raw<readonly PlannedLayer[]>(usualLayers);
  files = $state.raw<readonly GivenFile[]>([]);
  classes = $state.raw<readonly PhotoClass[]>([
    { id: 1, name: "Class 1", photos: [] },
    { id: 2, name: "Class 2", photos: [] },
  ]);
  /** Open photos whose maps are looked at besides, by number. */
  watched = $state.raw<ReadonlySet<number>>(new Set());
  /** The trained network, and what is kept of each epoch. */
  trained = $state.raw<ModelInfo & { readonly run: number }>();
  kept = $state.raw<readonly number[]>([]);
  #stop: AbortController | undefined;
  /** Where it was trained, whose numbers the network and its epochs have. */
  #engine: Engine | undefined;

  /** How many classes there are, where that is known before the pictures are read: not of a zip. */
  get classCount(): number | undefined {
    if (this.source === "shapes") return 9;
    if (this.source === "camera") return this.classes.length;
    return folderCount(this.files);
  }

  /** What has to be mended before it can train. */
  get obstacle(): string | undefined {
    if (this.source === "files" && this.files.length === 0)
      return "Choose a folder with one folder of photos for each class, or drop it here.";
    const problem = this.source === "camera" ? classProblem(this.classes) : undefined;
    return problem ?? planProblem(this.layers, this.settings.size);
  }

  /** Takes a folder or a zip that was dropped. */
  take(files: readonly GivenFile[]): void {
    this.files = files;
    this.source = "files";
  }

  /** Whether the network that it has trained is the one that is open. */
  get isOpen(): boolean {
    const { trained, session } = this;
    if (trained === undefined || trained.id !== session.model?.id) return false;
    return this.#engine === session.computes.started;
  }

  async run(): Promise<void> {
    const { session } = this;
    keepAsItIs();
    const engine = (this.#engine = session.computes.started);
    this.#stop?.abort();
    const stop = (this.#stop = new AbortController());
    Object.assign(this, { busy: true, problem: "", chosen: undefined, record: emptyRecord });
    Object.assign(this, { trained: undefined, kept: [] });
    session.busyWith = "the training";
    try {
      await session.computes.held;
      const before = session.model;
      const trained = await engine.call("train", [this.#request()], {
        signal: stop.signal,
        onPartial: ((news: TrainingNews) => this.hear(news)) as never,
      });
      this.trained = trained;
      this.kept = await engine.call("epochsKept", [trained.run]);
      session.spoken = "The training is over";
      // Whoever has opened a network meanwhile has asked for that one later.
      if (session.model !== before || session.isOpening) return;
      // It came from here, and from no file that another place could read.
      session.modelSource = undefined;
      session.take(trained);
      await session.look();
    } catch (error) {
      if (!(error as { isStop?: boolean }).isStop) this.problem = (error as Error).message;
    } finally {
      if (this.#stop === stop) [this.busy, session.busyWith] = [false, ""];
    }
  }

  override stop(): void {
    this.#stop?.abort();
  }

  #request(): TrainRequest {
    const { session, watched, source, layers } = this;
    const files = source === "camera" ? classFiles(this.classes) : this.files;
    return {
      ...$state.snapshot(this.settings),
      layers,
      source: source === "shapes" ? { name: "shapes" } : { files },
      photos: session.photos
        .filter(({ id }) => watched.has(id))
        .map(({ id, name }) => ({ id, name })),
    };
  }

  /** Opens the trained network again, where another one was opened since. */
  async open(): Promise<void> {
    const { session } = this;
    const [engine, run, epoch] = [this.#engine, this.trained?.run, this.kept.at(-1)];
    if (engine === undefined || run === undefined || epoch === undefined) return;
    const read = (options: CallOptions) =>
      engine.call("saveEpoch", [{ run, epoch }, ".keras"], options);
    let source: Source | undefined;
    await session.opening(`epoch_${epoch + 1}.keras`, undefined, async (wish) => {
      const saved = await session.attempt("Reading the trained network", read, wish);
      if (!saved) return undefined;
      const file = new File([new Uint8Array(saved.bytes)], saved.name);
      return (source = { files: [{ file, path: file.name }] });
    });
    const { model, modelSource, computes } = session;
    if (model && source && modelSource?.source === source && computes.started === engine)
      this.trained = { ...model, run };
  }

  /** Saves the network as it was after the epoch that is looked at. */
  async save(ending: string): Promise<void> {
    const { session, trained, shown, last } = this;
    const engine = this.#engine;
    if (trained === undefined || engine === undefined) return;
    const { id, run } = trained;
    const file = await session.attempt(`Writing ${ending}`, (options) =>
      this.isOpen && (shown === last || !this.kept.includes(shown))
        ? engine.call("save", [id, ending], options)
        : engine.call(
            "saveEpoch",
            [{ run, epoch: this.kept.includes(shown) ? shown : this.kept.at(-1)! }, ending],
            options,
          ),
    );
    if (file) download(file.name, file.bytes, "application/octet-stream");
  }
}
