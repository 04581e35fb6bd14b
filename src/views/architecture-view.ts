import { field } from "../base/fields.ts";
import { formatSummary, summarize } from "../model/facts/summary.ts";
import { drawLayout } from "./architecture/draw-layout.ts";
import { defineView } from "./define-view.ts";

/** The layers of a network as boxes with links between them. */
export const architectureView = defineView({
  id: "architecture",
  title: "Architecture",
  family: "inside",
  summary: "The layers of a network as boxes, with their shapes, parameters and links",
  pitfall: "Parameters are no measure of work: a convolution uses each of its own at every place.",
  takes: "network",
  command: { name: "inspect" },
  asks: {
    fold: field.boolean(false, {
      help: "draw a convolution, its normalisation and its activation as one box",
    }),
  },
  shows: {
    theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
  },
  async compute({ running: { network } }, _none, { fold }) {
    // The layout's library is loaded only where it is needed.
    const { layoutArchitecture } = await import("./architecture/layout.ts");
    return { summary: summarize(network), placed: layoutArchitecture(network, fold) };
  },
  words: ({ summary, placed }) => ({
    caption: placed.caption,
    lines: formatSummary(summary).split("\n"),
  }),
  json: ({ summary }) => summary,
  *draw({ placed }, _none, { theme }) {
    yield { name: placed.title, picture: drawLayout(placed, theme) };
  },
});
