import { platform } from "#platform";
import { StriateError, naming } from "../base/errors.ts";
import { formatFor } from "../formats/check-ending.ts";
import { convertModel } from "../formats/convert.ts";
import { formats } from "../formats/index.ts";
import type { ModelSource, OpenedModel, ReadModelOptions, WrittenFile } from "../formats/format.ts";
import { lostParts } from "../formats/lost-parts.ts";
import { readModel } from "../formats/read-model.ts";
import { requireOutputs } from "../model/lowering/left-out.ts";
import { toUser } from "../model/network.ts";
import { noiseFeeds } from "../model/photo/noise-input.ts";
import { RunningNetwork } from "../model/running.ts";
import { compareTensors, relativeDifference } from "../base/compare-tensors.ts";
import { type ModelFiles, openModel } from "./open-model.ts";

export interface ConvertOptions extends ReadModelOptions {
  /** Names of the classes, to be kept in the new file. */
  labels?: readonly string[];
  /** How photos are scaled for the network, in the words of `--scale`, to be kept in the new file. */
  scale?: string;
  /** Whether the new file is read again and its outputs compared, before anything is written; true by default. */
  check?: boolean;
  /** Asked before anything is written; throws what stands in the way. */
  mayWrite?(files: readonly WrittenFile[]): Promise<void>;
}

export interface ConvertedFile {
  /** The files that were written, as paths. */
  files: string[];
  /** What the new file does not hold, in words. */
  lost: string[];
  /** The largest difference of the outputs on noise, as a share of their size; null where not checked. */
  difference: number | null;
}

/** More than rounding in another order of sums. */
const tolerance = 1e-4;

/**
 * Writes a model file as one of another kind: `.onnx`, `.h5`, `.keras`; a folder or `model.json` for
 * TF.js; any other `.json` for the architecture, `.npz` for the weights.
 *
 * @throws StriateError that says what the target cannot hold, or that the new file would give other
 *   numbers; then nothing is written
 */
export async function convertFile(
  from: ModelFiles,
  to: string,
  options: ConvertOptions = {},
): Promise<ConvertedFile> {
  const path = targetOf(to);
  const name = path.replace(/^.*[/\\]/, "");
  const folder = path.slice(0, path.length - name.length);
  const opened = await openModel(from, options);
  const { network } = opened;
  if (network.layers.length === 0 && !formatFor(path)?.writer.takesWeightsAlone)
    throw new StriateError(
      `${network.origin.file}: holds weights without a network; only an .npz file can hold that, or give the layers by --arch`,
    );
  if (network.layers.length > 0) requireOutputs(network);
  if (options.labels) network.labels = [...options.labels];
  if (options.scale) network.preprocessing = { ...network.preprocessing, scale: options.scale };
  const files = await naming(to, () => convertModel(opened, name));
  const difference = options.check === false ? null : await differenceOf(opened, files, options);
  if (difference !== null && !(difference <= tolerance))
    throw new StriateError(
      `${to}: read again, the network gives other numbers (by ${difference.toExponential(1)} of their size); nothing was written`,
    );
  const written = files.map((file) => ({ path: `${folder}${file.path}`, bytes: file.bytes }));
  await options.mayWrite?.(written);
  await platform.saveFiles(written);
  return {
    files: written.map((file) => file.path),
    lost: lostParts(opened, path),
    difference,
  };
}

/** A path without an ending is a folder, of the kind of model that is one: TF.js. */
const targetOf = (to: string): string =>
  /\.[^./\\]*$/.test(to) ? to : `${to.replace(/[/\\]+$/, "")}/${folderTarget}`;

const folderTarget = formats.find(({ folderFile, writer }) => folderFile && writer)!.folderFile!;

/** How far the outputs of the written files lie from the model's, where they can be run. */
async function differenceOf(
  opened: OpenedModel,
  files: readonly WrittenFile[],
  options: ReadModelOptions,
): Promise<number | null> {
  const [first] = files;
  if (!formatFor(first!.path)?.writer.runs) return null;
  const source: ModelSource = {
    name: first!.path,
    bytes: first!.bytes,
    sibling: (path) => {
      const found = files.find((file) => file.path === path);
      return found ? Promise.resolve(found.bytes) : Promise.reject(new StriateError(`no ${path}`));
    },
  };
  const again = await readModel(source, options);
  const feeds = noiseFeeds(opened.network);
  const [wanted, got] = [await outputsOf(opened, feeds), await outputsOf(again, feeds)];
  return wanted.reduce((worst, want, i) => {
    const share = relativeDifference(compareTensors(want, got[i]!));
    return Number.isNaN(share) ? Infinity : Math.max(worst, share);
  }, 0);
}

async function outputsOf({ network }: OpenedModel, feeds: ReturnType<typeof noiseFeeds>) {
  const running = new RunningNetwork(network, platform.runtime);
  // By place: the names of inputs may be other ones in another kind of file.
  const given = Object.values(feeds);
  const own = Object.fromEntries(network.inputs.map(({ name }, i) => [name, given[i]!]));
  try {
    const { outputs } = network;
    const values = await running.run(
      own,
      outputs.map((port) => port.value),
    );
    // In the layout of each side's user, which both kinds of file share; their graphs need not.
    return values.map((value, i) => toUser(value, outputs[i]!));
  } finally {
    await running.release();
  }
}
