import { alongAxis } from "./along-axis.ts";
import { elementwise } from "./elementwise.ts";
import { fromLayers } from "./from-layers.ts";
import { imageFunctions } from "./image-functions.ts";
import type { Operation } from "./operation.ts";
import { pictures } from "./pictures.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { shapes } from "./shapes.ts";
import { slicing } from "./slicing.ts";

/** Every function that a functional model may apply to tensors. */
export const operations: readonly Operation[] = [
  ...elementwise,
  ...reductions,
  ...products,
  ...shapes,
  ...slicing,
  ...alongAxis,
  ...pictures,
  ...imageFunctions,
  ...fromLayers,
];
