import { TrainingFeed } from "../../../app/engine/training/feed.ts";
import { epochLook } from "../../../app/engine/training/look.ts";
import type { EpochLook, TrainingNews } from "../../../app/engine/training/news.ts";
import { allProbes, heldProbes, photoProbes } from "../../../app/engine/training/probes.ts";
import { Model } from "../../api/model.ts";
import { readImage } from "../../api/read-image.ts";
import type { PictureTraining } from "../../api/picture-training.ts";
import { messageOf } from "../../base/errors.ts";
import { runtime } from "../../runtime/node/index.ts";
import type { Callback } from "../../train/callbacks/callback.ts";
import type { Trainer } from "../../train/trainer.ts";
import { trainedModel } from "../../train/trained-model.ts";
import { servePage } from "../page/serve-page.ts";
import { TrainingKeeper } from "./kept-training.ts";

/** A page that shows a training of this process. */
export interface TrainingPage {
  /** With the key to it. */
  readonly address: string;
  readonly callback: Callback;
  /** @param words how the training ended, where it did not come to its end */
  close(words: string): Promise<void>;
}

/** How long the end waits for pages that are still being told, in milliseconds. */
const untilTold = 3000;

export interface WatchOptions {
  /** What is trained, for the title. */
  readonly title: string;
  readonly notices: readonly string[];
  /** Photos whose maps are looked at after every epoch, besides some held-back pictures. */
  readonly probes: readonly string[];
  /** The file that keeps what the page shows, for when the process has ended. */
  readonly file: string;
  /** Says something that the user should know. */
  notify(text: string): void;
}

/**
 * Serves the page that shows a training: how it gets on, and after every epoch its filters and what they make of
 * some pictures. It may be closed, and opened again, while the training runs; what it shows is kept for afterwards.
 */
export async function watchTraining(
  { training, validation, lines }: PictureTraining,
  { title, notices, probes: paths, file, notify }: WatchOptions,
): Promise<TrainingPage> {
  const feed = new TrainingFeed();
  const keeper = new TrainingKeeper(file, notify);
  const tell = (news: TrainingNews) => {
    keeper.keep(news);
    feed.tell(news);
  };
  const photos = await Promise.all(
    paths.map(async (path) => ({
      image: await readImage(path),
      name: path.replace(/^.*[/\\]/, ""),
    })),
  );
  const held = await heldProbes((validation ?? training).examples);
  const probes = allProbes(held, photoProbes(photos));
  // As Ctrl+C: the step that is under way ends, and a checkpoint is kept.
  const stop = () => void process.emit("SIGINT", "SIGINT");
  const page = await servePage({ port: 0, training: { feed, stop } });
  let [epoch, isBlind] = [0, false];
  return {
    address: page.address,
    callback: {
      onTrainBegin({ epochs, batches = null, history: { history } }) {
        // bounded: the epochs of a training that was run
        const past = Array.from({ length: Object.values(history)[0]?.length ?? 0 }, (_, i) =>
          Object.fromEntries(Object.entries(history).map(([name, values]) => [name, values[i]!])),
        );
        epoch = past.length;
        tell({
          ...{ kind: "begin", title, lines, notices, epochs, batches, past },
          probes: probes.pictures,
        });
      },
      onBatchEnd: (batch, logs) => tell({ kind: "batch", epoch, batch, logs: { ...logs } }),
      async onEpochEnd(number, logs, run) {
        epoch = number + 1;
        const look = await lookAt(run.trainer);
        tell({ kind: "epoch", epoch: number, logs: { ...logs }, ...(look && { look }) });
      },
    },
    async close(words) {
      tell({ kind: "end", words });
      await feed.heardByAll(untilTold);
      await page.close();
    },
  };

  /** A network that cannot be looked at is trained all the same. */
  async function lookAt(trainer: Trainer): Promise<EpochLook | undefined> {
    if (isBlind) return undefined;
    const model = new Model(await trainedModel(trainer, { includeOptimizer: false }), runtime);
    try {
      return await epochLook(model, probes.inputs);
    } catch (error) {
      isBlind = true;
      notify(`the page shows no maps: ${messageOf(error)}`);
      return undefined;
    } finally {
      await model.dispose();
    }
  }
}
