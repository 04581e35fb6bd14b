import { counted } from "../../base/counted.ts";
import { field } from "../../base/fields.ts";
import { float32, toFloat32 } from "../../base/tensor.ts";
import { planeOf } from "../heatmap/heatmap.ts";
import { arrayName } from "./explanation.ts";
import { colorsField } from "./gradient-view.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { extentOf } from "./baseline.ts";
import { InputGradient } from "./input-gradient.ts";
import { channelsLast, planeSize } from "./input-plane.ts";

export const expectedGradientsView = defineHeatmap({
  id: "expected-gradients",
  title: "Expected gradients",
  family: "gradient",
  summary: "Integrated gradients from many baselines at once, so that no single one decides",
  paper: "Erion, Janizek, Sturmfels, Lundberg, Lee 2019, arXiv:1906.10670",
  formula: "mean over baselines x0 and a in [0, 1] of (x - x0) * ds/dx(x0 + a (x - x0))",
  pitfall:
    "Baselines are pictures of one colour and of noise here, not other photos of the data set.",
  values: "part in the score's difference",
  clip: 1,
  asks: {
    samples: field.int(100, {
      min: 1,
      max: 10_000,
      help: "pairs of a baseline and a point on the way",
    }),
    colors: colorsField,
  },
  async explain(given, { samples, colors }) {
    const gradient = new InputGradient(given);
    const { value, channels } = gradient.input;
    const x = toFloat32(value).data;
    const { random } = given.context;
    const starts = new Map<number, Float32Array>();
    const { low, high } = extentOf(x);
    const sums = new Float64Array(x.length);
    await gradient.each(
      samples,
      (k, into) => {
        // By turns noise and one colour, both within the photo's own range.
        const start = new Float32Array(x.length);
        if (k % 2 === 0)
          for (let i = 0; i < x.length; i++) start[i] = low + (high - low) * random.uniform();
        else start.fill(low + (high - low) * random.uniform());
        starts.set(k, start);
        const share = random.uniform();
        for (let i = 0; i < x.length; i++) into[i] = start[i]! + share * (x[i]! - start[i]!);
      },
      (k, slopes) => {
        const start = starts.get(k)!;
        starts.delete(k);
        for (let i = 0; i < x.length; i++) sums[i]! += ((x[i]! - start[i]!) * slopes[i]!) / samples;
      },
    );
    const values = channelsLast(float32(value.shape, Float32Array.from(sums)), channels);
    const size = planeSize(values.shape);
    return {
      maps: [{ ...size, values: planeOf(values.data, size, colors) }],
      arrays: [[arrayName(given.target.explained, undefined, "expected_gradients"), values]],
      notes: [
        `${counted(samples, "sample")}: baselines of noise and of single colours, within the photo's range.`,
      ],
    };
  },
});
