import {
  type Mark,
  type Picture,
  StriateError,
  colormap,
  formatNumber,
  toAnimation,
} from "striate";
import { percent } from "../../components/percent.ts";
import { scaleOf } from "../../components/scale.ts";
import type { SavedFile } from "../protocol.ts";
import { accuracyOf } from "./advice.ts";
import { colorFilter } from "./filter-pixels.ts";
import { restoredMaps } from "./kept-maps.ts";
import type { EpochLook, KeptEpoch, KeptFilters, KeptMaps, Probe } from "./news.ts";
import { type TrainingRecord, lookAtEpoch } from "./record.ts";

/** The most pictures of an animation, and the most maps of a layer on one. */
const [mostFrames, mostTiles] = [60, 32];
const [margin, tile, gap, columns] = [24, 34, 3, 8];
const sheet = columns * (tile + gap);
const [ink, soft, paper, good, bad] = [
  "#16181d",
  "#565b66",
  "#ffffff",
  "#287a3e",
  "#b42318",
] as const;

/** The epochs of a training as an animated PNG: the numbers, the filters of the first layer, maps of the probes. */
export async function animateTraining(record: TrainingRecord, colors: string): Promise<SavedFile> {
  const places = [...record.epochs.keys()].filter((i) => record.epochs[i]!.look);
  if (places.length === 0) throw new StriateError("no epoch of this training is kept");
  const step = Math.max(1, Math.ceil(places.length / mostFrames));
  const chosen = places.filter((_, i) => i % step === 0 || i === places.length - 1);
  const pictures = chosen.map((i) => drawEpoch(record, i, colors));
  return { name: "training.png", bytes: await toAnimation(pictures, { delay: 350 }) };
}

/** One epoch as a picture; all of a training are of one size. */
export function drawEpoch(record: TrainingRecord, epoch: number, colors: string): Picture {
  const { logs } = record.epochs[epoch]!;
  const look = lookAtEpoch(record, epoch)!;
  const layers = look.probes[0]?.maps.length ?? 0;
  const width = Math.max(560, 2 * margin + 110 + layers * (sheet + 16));
  const marks: Mark[] = [
    text(margin, 40, `epoch ${epoch + 1} of ${record.epochs.length}`, 22, ink, "bold"),
    text(margin, 62, numberWords({ logs }), 14, soft),
  ];
  let y = 80;
  const [first] = look.filters;
  if (first?.readsColors) {
    marks.push(text(margin, y + 14, `filters of ${first.address}`, 13, ink, "bold"));
    marks.push(...filterMarks(first, margin, y + 22, width));
    y += 22 + Math.ceil(Math.min(first.filters, mostTiles * 2) / perRow(width)) * (tile + gap) + 12;
  }
  look.probes.forEach((probe, i) => {
    const { marks: own, height } = probeMarks(record.begun?.probes[i], probe, y, colors);
    marks.push(...own);
    y += height + 18;
  });
  return { width, height: y + 10, background: paper, title: record.begun?.title ?? "", marks };
}

function numberWords(epoch: Pick<KeptEpoch, "logs">): string {
  const { loss = NaN, val_loss: held } = epoch.logs;
  const [right, heldRight] = [accuracyOf(epoch, ""), accuracyOf(epoch, "val_")];
  return [
    `loss ${formatNumber(loss)}${held === undefined ? "" : `, held back ${formatNumber(held)}`}`,
    ...(right === right ? [`right ${percent(right)}`] : []),
    ...(heldRight === heldRight ? [`right of those held back ${percent(heldRight)}`] : []),
  ].join("   ");
}

const perRow = (width: number): number => Math.floor((width - 2 * margin + gap) / (tile + gap));

function filterMarks(bank: KeptFilters, x: number, y: number, width: number): Mark[] {
  const across = perRow(width);
  return Array.from({ length: Math.min(bank.filters, mostTiles * 2) }, (_, filter): Mark => {
    const data = colorFilter(bank, filter);
    return {
      kind: "image",
      x: x + (filter % across) * (tile + gap),
      y: y + Math.floor(filter / across) * (tile + gap),
      ...{ width: tile, height: tile },
      raster: { width: bank.width, height: bank.height, channels: 3, data },
    };
  });
}

function probeMarks(
  picture: Probe | undefined,
  { maps, prediction }: EpochLook["probes"][number],
  top: number,
  colors: string,
): { marks: Mark[]; height: number } {
  const best = prediction?.scores[0];
  const isRight = best?.label === picture?.label;
  const marks: Mark[] = [];
  if (picture) {
    const { width, height, rgba } = picture;
    marks.push(
      {
        ...{ kind: "image", x: margin, y: top, width: 84, height: (84 * height) / width },
        raster: { width, height, channels: 4, data: new Uint8Array(rgba) },
      },
      text(margin, top + (84 * height) / width + 16, picture.label, 13, ink),
    );
    if (best)
      marks.push(
        text(
          margin,
          top + (84 * height) / width + 34,
          `${best.label} ${percent(best.score)}`,
          13,
          picture.isKnown ? (isRight ? good : bad) : soft,
        ),
      );
  }
  const tallest = Math.max(
    picture ? (84 * picture.height) / picture.width + 40 : 0,
    ...maps.map((kept) => sheetHeight(kept)),
  );
  maps.forEach((kept, i) =>
    marks.push(...sheetMarks(kept, margin + 110 + i * (sheet + 16), top, colors)),
  );
  return { marks, height: tallest };
}

const tall = ({ height, width }: KeptMaps): number =>
  Math.max(4, Math.min(2 * tile, Math.round((tile * height) / width)));
const sheetHeight = (kept: KeptMaps): number =>
  16 + Math.ceil(Math.min(kept.channels, mostTiles) / columns) * (tall(kept) + gap);

function sheetMarks(kept: KeptMaps, left: number, top: number, colors: string): Mark[] {
  const maps = restoredMaps(kept);
  const scale = scaleOf(maps, "map", colors);
  const { table } = colormap(scale.colormap);
  const { width, height } = kept;
  const plane = width * height;
  const tiles = Array.from({ length: Math.min(kept.channels, mostTiles) }, (_, channel): Mark => {
    const { low, high } = scale.range(channel);
    const data = new Uint8Array(plane);
    for (let i = 0; i < plane; i++) {
      const share = high > low ? (maps.values[channel * plane + i]! - low) / (high - low) : 0;
      data[i] = Math.max(0, Math.min(255, Math.floor(share * 255.999) || 0));
    }
    return {
      kind: "image",
      x: left + (channel % columns) * (tile + gap),
      y: top + 16 + Math.floor(channel / columns) * (tall(kept) + gap),
      ...{ width: tile, height: tall(kept) },
      raster: { width, height, channels: 1, data, palette: table },
    };
  });
  return [text(left, top + 10, kept.address, 12, soft), ...tiles];
}

const text = (
  x: number,
  y: number,
  words: string,
  size: number,
  fill: `#${string}`,
  weight?: "bold",
): Mark => ({ kind: "text", x, y, text: words, size, fill, ...(weight && { weight }) });
