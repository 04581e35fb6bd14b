import { activationSamples } from "./arithmetic/activation.samples.ts";
import { arithmeticSamples } from "./arithmetic/arithmetic.samples.ts";
import { controlSamples } from "./control/control.samples.ts";
import { convSamples } from "./windows/conv.samples.ts";
import { elementwiseSamples } from "./arithmetic/elementwise.samples.ts";
import { layoutSamples } from "./layout/layout.samples.ts";
import { matmulSamples } from "./arithmetic/matmul.samples.ts";
import { normalizationSamples } from "./arithmetic/normalization.samples.ts";
import { poolSamples } from "./windows/pool.samples.ts";
import { quantizeSamples } from "./arithmetic/quantize.samples.ts";
import { reduceSamples } from "./arithmetic/reduce.samples.ts";
import { resizeSamples } from "./windows/resize.samples.ts";
import type { Sample } from "./samples.ts";
import { sliceSamples } from "./layout/slice.samples.ts";

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
