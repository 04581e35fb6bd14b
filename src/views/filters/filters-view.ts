import { counted } from "../../base/counted.ts";
import { largest, smallest } from "../../base/extremes.ts";
import { field } from "../../base/fields.ts";
import { float32 } from "../../base/tensor.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { Picture } from "../../plot/picture.ts";
import { type ViewTable, defineView, inFileName } from "../define-view.ts";
import { drawFeatureMaps } from "../feature-maps.ts";
import { linesOfTable } from "../lines-of-table.ts";
import { networkField } from "../given-network.ts";
import { drawColorFilters } from "./draw-color-filters.ts";
import { type FilterBank, filterBanks } from "./filter-bank.ts";
import { type ComparedBank, type FilterChange, comparedBanks } from "./filter-change.ts";

/** A sheet with more kernels shows nothing any more. */
const mostKernels = 2048;

export const filtersView = defineView({
  id: "filters",
  title: "Filters",
  family: "inside",
  summary: "The kernels that a network has learned: pictures, lengths, near-duplicates, zeros",
  paper: "Krizhevsky, Sutskever, Hinton 2012, NeurIPS, figure 3",
  formula: "w[f, c, i, j] of each filter f; |w_f|, and cos(w_f, w_g)",
  pitfall:
    "Only the first layer's kernels are pictures; deeper ones mix channels that mean nothing alone.",
  takes: "network",
  command: {
    name: "filters",
    words: [],
    examples: [
      "striate filters cat_vs_dog.h5",
      "striate filters model.onnx --layers conv2d_1",
      "striate filters after.h5 --against before.h5",
    ],
  },
  asks: {
    layers: field.string("conv", { help: "an address, a prefix, a glob or a list; conv and all" }),
    against: networkField("another model file of the same layers: what changed, as by training"),
  },
  shows: {
    theme: field.choice(["light", "dark"], "light", { help: "paper of the pictures" }),
  },
  compute({ running }, _, { layers, against }): Promise<ComparedBank[]> {
    const banks = filterBanks(running.network, layers);
    if (against === null) return Promise.resolve(banks);
    const name = against.origin.file ?? against.name;
    return Promise.resolve(comparedBanks(banks, filterBanks(against, layers), name));
  },
  words: (banks, _subject, _asks, width) => ({
    caption: banks.map(sentence).join(" "),
    lines: linesOfTable(table(banks), width),
  }),
  json: (banks) =>
    banks.map(({ values, norms, change, ...bank }) => ({
      ...bank,
      weights: values.length,
      norms: [...norms],
      alike: bank.alike.slice(0, 100),
      ...(change && {
        change: {
          whole: finite(change.whole),
          relative: Array.from(change.relative, finite),
          cosines: [...change.cosines],
        },
      }),
    })),
  tables: (banks) => [table(banks)],
  *arrays(banks) {
    for (const { address, filters, channels, height, width, values, norms, change } of banks) {
      yield [`${address}/kernels`, float32([filters, channels, height, width], values)];
      yield [`${address}/norms`, float32([filters], Float32Array.from(norms))];
      if (!change) continue;
      yield [
        `${address}/kernel_change`,
        float32([filters, channels, height, width], change.values),
      ];
      yield [`${address}/kernel_cosines`, float32([filters], Float32Array.from(change.cosines))];
    }
  },
  *draw(banks, _, { theme }) {
    for (const bank of banks) {
      const name = inFileName(bank.address);
      yield { name: `${name}-filters`, picture: drawBank(bank, theme) };
      if (bank.change)
        yield {
          name: `${name}-filters-change`,
          picture: drawChange(bank, bank.change, theme),
        };
    }
  },
});

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function table(banks: readonly ComparedBank[]): ViewTable {
  const isCompared = banks.some(({ change }) => change);
  return {
    name: "filters",
    columns: [
      { title: "layer" },
      { title: "filters", right: true },
      { title: "kernel", right: true },
      { title: "length", right: true },
      { title: "zero", right: true },
      { title: "near-duplicates", right: true },
      ...(isCompared
        ? [
            { title: "changed by", right: true },
            { title: "most changed filter", right: true },
          ]
        : []),
    ],
    rows: banks.map(({ address, filters, channels, height, width, norms, zero, alike, change }) => [
      address,
      filters,
      `${channels} x ${height} x ${width}`,
      `${formatNumber(smallest(norms))} to ${formatNumber(largest(norms))}`,
      zero.length,
      alike.length,
      ...(isCompared ? [change ? percent(change.whole) : "-", change?.order[0] ?? "-"] : []),
    ]),
  };
}

const percent = (share: number): string =>
  Number.isFinite(share) ? `${formatNumber(100 * share, 3)} %` : "all";

function sentence({ address, filters, zero, alike }: FilterBank): string {
  const pairs = alike
    .slice(0, 4)
    .map(({ a, b, cosine }) => `${a} and ${b} (cosine ${formatNumber(cosine)})`)
    .join(", ");
  return (
    `${address}: ${counted(filters, "filter")}, ${zero.length === 0 ? "none of them zero" : `zero: ${zero.slice(0, 12).join(", ")}${zero.length > 12 ? " and more" : ""}`}` +
    `${alike.length === 0 ? "" : `; near-duplicates: ${pairs}${alike.length > 4 ? ` and ${alike.length - 4} more` : ""}`}.`
  );
}

/** What changed, with the same colours for all filters of the layer: one that stayed is grey, or white. */
function drawChange(bank: FilterBank, change: FilterChange, theme: "light" | "dark"): Picture {
  const first = change.order
    .slice(0, 3)
    .map(
      (f) =>
        `${f} (by ${percent(change.relative[f]!)}, cosine ${formatNumber(change.cosines[f]!)})`,
    );
  const note = `Changed by ${percent(change.whole)} of its length; most of all ${first.join(", ")}.`;
  const difference = { ...bank, values: change.values, zero: [], alike: [] };
  if (bank.channels === 3) return drawColorFilters(difference, note, theme, "layer");
  return drawMosaic(difference, note, theme);
}

/** Filters of three colours as pictures; others as rows of kernels, one row a filter, all on one scale. */
function drawBank(bank: FilterBank, theme: "light" | "dark"): Picture {
  if (bank.channels === 3) return drawColorFilters(bank, sentence(bank), theme);
  return drawMosaic(bank, sentence(bank), theme);
}

/** Rows of kernels on one scale. */
function drawMosaic(bank: FilterBank, said: string, theme: "light" | "dark"): Picture {
  const { address, className, filters, channels, height, width, values } = bank;
  const shown = Math.min(filters, Math.max(1, Math.floor(mostKernels / channels)));
  const note =
    shown < filters
      ? `${said} The first ${shown} of ${filters} filters, one after the other.`
      : `${said} One filter after the other, each a run of ${channels} kernels.`;
  const maps = {
    address,
    className,
    shape: [filters, channels, height, width],
    channels: shown * channels,
    height,
    width,
    values: values.subarray(0, shown * channels * height * width),
  };
  const columns = channels > 1 && channels <= 64 ? channels : 32;
  return drawFeatureMaps(maps, {
    note,
    scaleMode: "layer",
    numbers: false,
    columns,
    zoom: Math.max(2, Math.floor(24 / Math.max(height, width))),
    theme,
  });
}
