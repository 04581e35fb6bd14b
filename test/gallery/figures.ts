import type { NamedPicture } from "../../src/views/define-view.ts";
import type { AnyView } from "../../src/views/define-view.ts";
import { allViews } from "../../src/views/all-views.ts";
import { viewContext } from "../../src/views/context.ts";
import { runView } from "../../src/views/run-view.ts";
import type { Stage } from "./stage.ts";

/** A picture of the gallery: at once a picture test, the live preview and the figure in the docs. */
export interface Figure {
  /** `grad-cam`; the file of its thumbnail. */
  readonly name: string;
  readonly view: AnyView;
  /** What else than the defaults is shown. */
  readonly asks?: Readonly<Record<string, unknown>>;
  readonly shows?: Readonly<Record<string, unknown>>;
}

const named = (id: string): AnyView => allViews.find((view) => view.id === id)!;

/** What goes step by step takes few of them: a figure is a test too. */
const fewSteps: Readonly<Record<string, Figure["asks"]>> = {
  dream: { steps: 48 },
  inversion: { steps: 48 },
};

/** Every view as it comes; below, what a view has to show besides. */
export const figures: readonly Figure[] = [
  ...allViews
    .filter(({ draw }) => draw)
    .map((view) => ({ name: view.id, view, asks: fewSteps[view.id] })),
  {
    name: "feature-maps-one-scale",
    view: named("feature-maps"),
    asks: { layers: "conv2d_1" },
    shows: { scale_mode: "layer", colormap: "magma" },
  },
  {
    name: "feature-maps-dark",
    view: named("feature-maps"),
    shows: { theme: "dark", columns: "4" },
  },
  { name: "architecture-dark", view: named("architecture"), shows: { theme: "dark" } },
];

/** The figure on a stage, with the caption of the view. */
export async function drawFigure(
  { view, asks = {}, shows = {} }: Figure,
  { model, subjects }: Stage,
): Promise<NamedPicture & { caption: string }> {
  const seen = await runView(view, viewContext(model.running), subjects[view.takes], asks);
  const [first] = seen.draw(shows);
  return { ...first!, caption: seen.words.caption };
}
