import type { Shown } from "./shown.ts";

export type ElementScale = "map" | "layer" | "symmetric";

/** What the element shows, by its attributes. */
export class MapsState {
  shown = $state.raw<Shown>();
  /** What it is doing, in words; empty when it is done. */
  doing = $state("");
  /** Why it cannot show what was asked for. */
  fault = $state("");
  scale = $state<ElementScale>("map");
  colormap = $state<string>();
  size = $state(96);
}
