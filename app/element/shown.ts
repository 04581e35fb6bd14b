// What the element and its worker tell each other, in plain data.
import type { Prediction } from "striate";
import type { LayerMaps, SeenPhoto, Sight } from "../engine/protocol.ts";

/** What is asked: whole addresses of a network and a photo, and the layers in words. */
export interface Asked {
  readonly model: string;
  readonly photo: string;
  readonly layers: string;
}

/** What one photo is to one network. */
export interface Shown extends Pick<SeenPhoto, "toPhoto" | "inputSize"> {
  readonly layers: readonly {
    readonly maps: LayerMaps;
    readonly sight?: readonly Sight[] | "all";
  }[];
  readonly photo: {
    readonly width: number;
    readonly height: number;
    readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  };
  readonly prediction?: Prediction;
}

/** To the worker: of which element it is; `asked` is absent where that one is gone. */
export interface Question {
  readonly element: number;
  readonly id: number;
  readonly asked?: Asked;
}

/** From the worker. The first of all has no number: it is there. */
export type Reply =
  | { readonly kind: "here" }
  | { readonly kind: "doing"; readonly id: number; readonly words: string }
  | { readonly kind: "shown"; readonly id: number; readonly shown: Shown }
  | {
      readonly kind: "fault";
      readonly id: number;
      readonly message: string;
      readonly isKnown: boolean;
    };
