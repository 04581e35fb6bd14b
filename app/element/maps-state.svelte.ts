import type { InputPlace, LayerActivation, Prediction, ReceptiveField } from "striate";

/** What one photo is to one network, for the element to show. */
export interface Shown {
  readonly layers: readonly {
    readonly maps: LayerActivation;
    readonly field: ReceptiveField | undefined;
  }[];
  readonly photo: {
    readonly width: number;
    readonly height: number;
    readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  };
  readonly place: InputPlace | undefined;
  readonly prediction: Prediction | undefined;
}

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
