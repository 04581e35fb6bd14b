import { activationSamples } from "./activation.samples.ts";
import { arithmeticSamples } from "./arithmetic.samples.ts";
import { controlSamples } from "./control.samples.ts";
import { convSamples } from "./conv.samples.ts";
import { elementwiseSamples } from "./elementwise.samples.ts";
import { layoutSamples } from "./layout.samples.ts";
import { matmulSamples } from "./matmul.samples.ts";
import { normalizationSamples } from "./normalization.samples.ts";
import { poolSamples } from "./pool.samples.ts";
import { quantizeSamples } from "./quantize.samples.ts";
import { reduceSamples } from "./reduce.samples.ts";
import { resizeSamples } from "./resize.samples.ts";
import type { Sample } from "./samples.ts";
import { sliceSamples } from "./slice.samples.ts";

/** The samples of every family: each op that has a gradient rule is among them, or a test fails. */
export const allSamples: readonly Sample[] = [
  ...arithmeticSamples,
  ...elementwiseSamples,
  ...activationSamples,
  ...matmulSamples,
  ...convSamples,
  ...poolSamples,
  ...normalizationSamples,
  ...reduceSamples,
  ...layoutSamples,
  ...sliceSamples,
  ...resizeSamples,
  ...quantizeSamples,
  ...controlSamples,
];
