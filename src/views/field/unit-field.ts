import type { StackedPlane } from "../heatmap/stacked-plane.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { Ancestor } from "./ancestors.ts";
import type { Arithmetic } from "./arithmetic.ts";
import type { UnitPlace } from "./parse-place.ts";

/** Where one value of a map comes from. */
export interface UnitField {
  readonly place: UnitPlace;
  readonly className: string;
  readonly value: number;
  /** ds/dx of the value (of the sum over channels, where none is named), `(height, width, channels)`. */
  readonly gradient: Tensor<"float32">;
  /** The mean over colours of the gradient's size: how much each pixel really counts. */
  readonly effective: Float32Array;
  readonly size: StackedPlane;
  /** The pixels of the input that it can see, cut at its border; undefined where it sees all. */
  readonly sees?: readonly (readonly [from: number, to: number])[];
  /** Pixels along each axis, the border not minded. */
  readonly window?: readonly number[];
  readonly arithmetic?: Arithmetic;
  /** The layers that it comes from, from the input on, where they are asked for. */
  readonly ancestors?: readonly Ancestor[];
}
