import type { ModelInfo } from "../../engine/protocol.ts";
import type { PlannedLayer, TrainRequest, TrainingNews } from "../../engine/training/news.ts";
import { planProblem } from "../../engine/training/plan.ts";
import { emptyRecord } from "../../engine/training/record.ts";
import { type PhotoClass, classFiles, classProblem } from "./class-photos.ts";
import { download } from "./download.ts";
import { type GivenFile, folderCount } from "./dropped-files.ts";
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

  async run(): Promise<void> {
    const { session } = this;
    this.#stop?.abort();
    const stop = (this.#stop = new AbortController());
    Object.assign(this, { busy: true, problem: "", chosen: undefined, record: emptyRecord });
    Object.assign(this, { trained: undefined, kept: [] });
    try {
      const trained = await session.engine.call("train", [this.#request()], {
        signal: stop.signal,
        onPartial: ((news: TrainingNews) => this.hear(news)) as never,
      });
      this.trained = trained;
      this.kept = await session.engine.call("epochsKept", [trained.run]);
      session.take(trained);
      session.spoken = "The training is over";
      await session.look();
    } catch (error) {
      if (!(error as { isStop?: boolean }).isStop) this.problem = (error as Error).message;
    } finally {
      if (this.#stop === stop) this.busy = false;
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

  /** Saves the network as it was after the epoch that is looked at. */
  async save(ending: string): Promise<void> {
    const { session, trained, shown, last } = this;
    if (trained === undefined) return;
    const file =
      shown === last || !this.kept.includes(shown)
        ? await session.call(`Writing ${ending}`, "save", [trained.id, ending])
        : await session.call(`Writing ${ending}`, "saveEpoch", [
            { run: trained.run, epoch: shown },
            ending,
          ]);
    if (file) download(file.name, file.bytes, "application/octet-stream");
  }
}
