import { field } from "../../base/fields.ts";
import { float32 } from "../../base/tensor.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { Picture } from "../../plot/picture.ts";
import { type ViewTable, defineView } from "../define-view.ts";
import { drawFeatureMaps } from "../feature-maps.ts";
import { textOfTable } from "../text-of-table.ts";
import { drawColorFilters } from "./draw-color-filters.ts";
import { type FilterBank, filterBanks } from "./filter-bank.ts";

/** A sheet with more kernels shows nothing any more. */
const mostKernels = 2048;

export const filtersView = defineView({
  id: "filters",
  title: "Filters",
  summary: "The kernels that a network has learned: pictures, lengths, near-duplicates, zeros",
  paper: "Krizhevsky, Sutskever, Hinton 2012, NeurIPS, figure 3",
  formula: "w[f, c, i, j] of each filter f; |w_f|, and cos(w_f, w_g)",
  pitfall:
    "Only the first layer's kernels are pictures; deeper ones mix channels that mean nothing alone.",
  takes: "network",
  command: {
    name: "filters",
    words: [],
    examples: ["striate filters cat_vs_dog.h5", "striate filters model.onnx --layers conv2d_1"],
  },
  asks: {
    layers: field.string("conv", { help: "an address, a prefix, a glob or a list; conv and all" }),
  },
  shows: {
    theme: field.choice(["light", "dark"], "light", { help: "paper of the pictures" }),
  },
  compute: ({ running }, _, { layers }) => Promise.resolve(filterBanks(running.network, layers)),
  words: (banks) => ({
    caption: banks.map(sentence).join(" "),
    lines: textOfTable(table(banks)).split("\n"),
  }),
  json: (banks) =>
    banks.map(({ values, norms, ...bank }) => ({
      ...bank,
      weights: values.length,
      norms: [...norms],
      alike: bank.alike.slice(0, 100),
    })),
  tables: (banks) => [table(banks)],
  *arrays(banks) {
    for (const { address, filters, channels, height, width, values, norms } of banks) {
      yield [`${address}/kernels`, float32([filters, channels, height, width], values)];
      yield [`${address}/norms`, float32([filters], Float32Array.from(norms))];
    }
  },
  *draw(banks, _, { theme }) {
    for (const bank of banks)
      yield { name: `${bank.address}-filters`, picture: drawBank(bank, theme) };
  },
});

function table(banks: readonly FilterBank[]): ViewTable {
  return {
    name: "filters",
    columns: [
      { title: "layer" },
      { title: "filters", right: true },
      { title: "kernel", right: true },
      { title: "length", right: true },
      { title: "zero", right: true },
      { title: "near-duplicates", right: true },
    ],
    rows: banks.map(({ address, filters, channels, height, width, norms, zero, alike }) => [
      address,
      filters,
      `${channels} x ${height} x ${width}`,
      `${formatNumber(Math.min(...norms))} to ${formatNumber(Math.max(...norms))}`,
      zero.length,
      alike.length,
    ]),
  };
}

function sentence({ address, filters, zero, alike }: FilterBank): string {
  const pairs = alike
    .slice(0, 4)
    .map(({ a, b, cosine }) => `${a} and ${b} (cosine ${formatNumber(cosine)})`)
    .join(", ");
  return (
    `${address}: ${filters} filters, ${zero.length === 0 ? "none of them zero" : `zero: ${zero.slice(0, 12).join(", ")}${zero.length > 12 ? " and more" : ""}`}` +
    `${alike.length === 0 ? "" : `; near-duplicates: ${pairs}${alike.length > 4 ? ` and ${alike.length - 4} more` : ""}`}.`
  );
}

/** Filters of three colours as pictures; others as rows of kernels, one row a filter, all on one scale. */
function drawBank(bank: FilterBank, theme: "light" | "dark"): Picture {
  const { address, className, filters, channels, height, width, values } = bank;
  if (channels === 3) return drawColorFilters(bank, sentence(bank), theme);
  const shown = Math.min(filters, Math.max(1, Math.floor(mostKernels / channels)));
  const note =
    shown < filters
      ? `${sentence(bank)} The first ${shown} of ${filters} filters, one after the other.`
      : `${sentence(bank)} One filter after the other, each a run of ${channels} kernels.`;
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
