import { counted } from "../../base/counted.ts";
import { pushAll, smallest } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { findHead } from "../../model/head/head.ts";
import { toUser } from "../../model/network.ts";
import { type ResolvedTarget, resolveTarget } from "../../model/target/resolve-target.ts";
import type { RunningNetwork } from "../../model/running.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { ViewContext } from "../context.ts";
import { defineView } from "../define-view.ts";
import { noiseSubject } from "../noise-subject.ts";
import type { PhotoSubject } from "../subject.ts";
import { drawPictures, rasterOfPlanes } from "./draw-pictures.ts";
import { type Dream, dreamInPhoto, dreams as dreamsOf } from "./dream.ts";
import { alongDirection } from "./direction.ts";
import { type DreamAsks, dreamAsks, dreamShows } from "./dream-asks.ts";
import { resolveBeforeActivation } from "./objective.ts";

export const dreamView = defineView({
  id: "dream",
  title: "Dream",
  family: "inside",
  summary: "A picture that a unit, a channel, a layer or a class would like",
  paper: "Erhan, Bengio, Courville, Vincent 2009; Olah, Mordvintsev, Schubert 2017, Distill",
  formula: "x <- x + rate g / (sqrt(mean g^2) + 1e-8), g = ds/dx",
  pitfall:
    "What excites a unit most need not be what it does on photos: compare the score with the photo's.",
  takes: "maybe-photo",
  command: {
    name: "dream",
    examples: [
      "striate dream cat_vs_dog.h5 --target class:dog",
      "striate dream cat_vs_dog.h5 --target unit:conv2d_2[5] --pictures 4",
      "striate dream cat_vs_dog.h5 --target layer:conv2d_3 dog.jpg --animate",
      "striate dream cat_vs_dog.h5 --target layer:conv2d_3 --direction vector.npy",
    ],
  },
  asks: dreamAsks,
  shows: dreamShows,
  async *compute(context, subject, asks): AsyncGenerator<Dream[], Dream[], void> {
    const { running } = context;
    const photo = subject ?? noiseSubject(running.network, context.seed);
    const targets = expandTarget(asks.target);
    const done: Dream[] = [];
    for (const [i, target] of targets.entries()) {
      const resolved = await resolvedFor(running, photo, subject !== undefined, {
        ...asks,
        target,
      });
      const progress: ViewContext["progress"] = (share, words = "") =>
        context.progress((i + share) / targets.length, `${resolved.text}: ${words}`);
      const own = { ...context, progress };
      const inPhoto = subject?.photo !== undefined && beginsInPhoto(resolved, asks);
      const pictures = inPhoto ? 1 : asks.pictures;
      const before: Dream[] = [];
      for (let index = 0; index < pictures; index++) {
        const work = inPhoto
          ? dreamInPhoto(own, subject, resolved, asks)
          : dreamsOf(own, subject, photo, resolved, asks, before);
        const place = pictures > 1 ? { place: { index, count: pictures } } : {};
        let last: Dream | undefined;
        for await (const dream of work) yield [...done, ...before, (last = { ...dream, ...place })];
        before.push(last!);
      }
      pushAll(done, before);
    }
    return done;
  },
  words(dreams, subject) {
    const [first] = dreams;
    const { steps, photo } = first!;
    const { way } = dreams.at(-1)!;
    const input = subject ? ` Input: ${subject.preparation}.` : "";
    const reached = dreams.map(({ words, ...dream }) => `${words}: ${reachedWords(dream)}`);
    return {
      caption: `Dream of ${dreams.map(({ target }) => target).join(", ")}; ${reached.join("; ")}. ${counted(steps, "step")}. ${way}${input}`,
      lines: [
        ...dreams.flatMap(({ words, ...dream }) => [
          `${titleOf(dream)} (${words})`,
          `  ${reachedWords(dream)}`,
          ...notesOf(dream).map((note) => `  ${note}`),
        ]),
        `${counted(steps, "step")}. ${way} Compared with ${photo.name}.`,
      ],
    };
  },
  json: (dreams) =>
    dreams.length === 1 ? reportOf(dreams[0]!) : { dreams: dreams.map((each) => reportOf(each)) },
  *arrays(dreams) {
    for (const { target, place, arrays } of dreams)
      for (const [name, value] of arrays) {
        const which = place ? `${place.index}/` : "";
        yield [dreams.length > 1 ? `${target}/${which}${name}` : name, value];
      }
  },
  *draw(dreams, subject, { side, theme, animate }) {
    const [first] = dreams;
    const { photo, steps } = first!;
    const { way } = dreams.at(-1)!;
    const several = dreams.length > 1;
    const pictures = dreams.map((dream) => ({
      title: several ? titleOf(dream) : "Dream",
      note: `${several ? "" : "score "}${formatNumber(dream.score, 4)}${several ? ` (${photo.name} ${formatNumber(dream.photo.score)})` : `, step ${dream.step}`}`,
      raster: rasterOfPlanes(dream.picture, dream.shape),
    }));
    if (!several)
      pictures.push({
        title: photo.name,
        note: `score ${formatNumber(photo.score, 4)}`,
        raster: rasterOfPlanes(photo.planes, first!.shape),
      });
    const words = several ? "" : `${first!.words}: ${reachedWords(first!)}. `;
    const notes = [...new Set(dreams.flatMap(notesOf))].join(" ");
    const targets = [...new Set(dreams.map((dream) => dream.target))];
    const target = targets.length > 1 ? `${targets[0]} to ${targets.at(-1)}` : targets[0]!;
    const name = `${subject ? `${subject.name}-` : ""}dream-${target.replaceAll(/[^\w.-]+/g, "-").replace(/-$/, "")}`;
    yield {
      name,
      picture: drawPictures(
        pictures,
        {
          title: `Dream: ${target}`,
          caption: `${words}${counted(steps, "step")}. ${way} ${notes}`,
        },
        { theme, side: several ? side / 2 : side },
      ),
    };
    if (!animate) return;
    // Each of several begins anew: their ways are shown side by side, as far as the shortest goes.
    const length = smallest(dreams.map(({ frames }) => frames.length));
    // bounded: frames that are there
    const frames = Array.from({ length }, (_, k) =>
      drawPictures(
        dreams.map((dream) => ({
          title: several ? titleOf(dream) : "Dream",
          note: `step ${dream.frames[k]!.step}`,
          raster: rasterOfPlanes(dream.frames[k]!.picture, dream.shape),
        })),
        { title: `Dream: ${target}`, caption: `${counted(steps, "step")}. ${way}` },
        { theme, side: several ? side / 2 : side },
      ),
    );
    yield { name: `${name}-way`, picture: frames.at(-1)!, frames };
  },
});

/** `unit:conv2d[3]`, and which of several pictures of it. */
const titleOf = ({ target, place }: Pick<Dream, "target" | "place">): string =>
  place ? `${target} (${place.index + 1} of ${place.count})` : target;

/** A whole layer has no picture that it likes; in a photo it shows what it looks for. */
const beginsInPhoto = (
  { target }: ResolvedTarget,
  { begin, start, direction }: DreamAsks,
): boolean =>
  begin === "photo" ||
  (begin === "auto" && target.kind === "layer" && start === null && direction === null);

/** What a target's expression means here, before the activation where that is asked for. */
async function resolvedFor(
  running: RunningNetwork,
  { inputs, labels }: PhotoSubject,
  isPhoto: boolean,
  { target, before_activation: before, direction }: DreamAsks,
): Promise<ResolvedTarget> {
  const { network } = running;
  const head = isPhoto ? findHead(network) : undefined;
  const [output] = head ? await running.run(inputs, [head.port.value]) : [];
  const options = { labels, ...(output && head && { output: toUser(output, head.port) }) };
  const resolve = before ? resolveBeforeActivation : resolveTarget;
  const resolved = resolve(network, target, options);
  return direction ? alongDirection(network, resolved, direction) : resolved;
}

/** `unit:conv2d[0-15]`: each of the channels. */
function expandTarget(expression: string): string[] {
  const [, before, from, to, behind] = /^(unit:.+\[)(\d+)-(\d+)(\].*)$/.exec(expression) ?? [];
  if (before === undefined) return [expression];
  const [first, last] = [Number(from), Number(to)];
  if (last < first || last - first >= mostTargets)
    throw new StriateError(
      `target "${expression}": expected channels from a lower to a higher number, ${mostTargets} at most`,
    );
  // bounded: three lines above
  return Array.from({ length: last - first + 1 }, (_, i) => `${before}${first + i}${behind}`);
}

const mostTargets = 256;

const reachedWords = ({ score, photo }: Pick<Dream, "score" | "photo">): string =>
  `reaches ${formatNumber(score, 4)}, ${photo.name} ${formatNumber(photo.score, 4)}`;

/** What a reader should know of a picture before believing it. */
function notesOf({ score, photo, outside }: Pick<Dream, "score" | "photo" | "outside">): string[] {
  return [
    ...(score <= photo.score
      ? [`It does not reach what ${photo.name} does: more steps or another start may.`]
      : []),
    ...(outside > 0.001
      ? [
          `${(100 * outside).toFixed(0)} % of its numbers lie outside black and white, and are drawn cut off.`,
        ]
      : []),
  ];
}

const reportOf = ({ target, words, score, photo, step, steps, outside, shape }: Dream) => ({
  target,
  words,
  score,
  photo: { name: photo.name, score: photo.score },
  step,
  steps,
  outside,
  size: [shape.height, shape.width],
});
