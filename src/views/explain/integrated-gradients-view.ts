import { counted } from "../../base/counted.ts";
import { field } from "../../base/fields.ts";
import { float32, toFloat32 } from "../../base/tensor.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { planeOf } from "../heatmap/heatmap.ts";
import { baselineOf, baselines } from "./baseline.ts";
import { arrayName } from "./explanation.ts";
import { asInputs, tensorField } from "./given-tensor.ts";
import { colorsField } from "./gradient-view.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { InputGradient, repeated } from "./input-gradient.ts";
import { channelsLast, planeSize } from "./input-plane.ts";
import { quadrature, quadratureRules, ruleWords } from "./quadrature.ts";

export const integratedGradientsView = defineHeatmap({
  id: "integrated-gradients",
  title: "Integrated gradients",
  family: "gradient",
  summary: "How much each pixel adds to the score on the way from nothing to the photo",
  paper: "Sundararajan, Taly, Yan 2017, arXiv:1703.01365",
  formula: "(x - x0) * integral over a in [0, 1] of ds/dx(x0 + a (x - x0))",
  pitfall: "What counts as nothing is a choice: pixels that look like the baseline get nothing.",
  values: "part in the score's difference",
  clip: 1,
  asks: {
    steps: field.int(50, { min: 1, max: 10_000, help: "points on the way" }),
    rule: field.choice(quadratureRules, "gausslegendre", { help: "how the points are spread" }),
    baseline: field.choice(baselines, "zero", { help: "where the way begins" }),
    baseline_values: tensorField("the baseline itself, (height, width, channels)"),
    colors: colorsField,
  },
  async explain(given, { steps, rule, baseline, baseline_values: own, colors }) {
    const { running, photo, target } = given;
    const gradient = new InputGradient(given);
    const { value, channels, port } = gradient.input;
    const x = toFloat32(value).data;
    const start = own
      ? float32(value.shape, asInputs(own, gradient, "the baseline").subarray(0, x.length))
      : baselineOf(baseline, value, channels);
    const { nodes, weights } = quadrature(rule, steps);
    const sums = new Float64Array(x.length);
    await gradient.each(
      steps,
      (k, into) => {
        for (let i = 0; i < into.length; i++)
          into[i] = start.data[i]! + nodes[k]! * (x[i]! - start.data[i]!);
      },
      (k, slopes) => {
        for (let i = 0; i < sums.length; i++) sums[i]! += weights[k]! * slopes[i]!;
      },
    );
    const parts = x.map((each, i) => (each - start.data[i]!) * sums[i]!);
    const values = channelsLast(float32(value.shape, parts), channels);

    const { terms } = target.resolved;
    const feeds = repeated({ ...photo.inputs, [port.name]: start }, 1);
    const atStart = await running.run(
      feeds,
      terms.map((term) => term.value),
    );
    const difference = target.explained.score - target.resolved.score(atStart)[0]!;
    const gap = parts.reduce((sum, part) => sum + part, 0) - difference;
    const size = planeSize(values.shape);
    const name = (array: string) => arrayName(target.explained, undefined, array);
    return {
      maps: [{ ...size, values: planeOf(values.data, size, colors) }],
      arrays: [
        [name(`integrated_gradients_${rule}`), values],
        [name("score_minus_baseline_score"), float32([], Float32Array.of(difference))],
        [name(`completeness_delta_${rule}`), float32([], Float32Array.of(gap))],
      ],
      notes: [
        `${counted(steps, "step")} (${ruleWords[rule]}) from the baseline ${own ? "that was given" : `"${baseline}"`}: the parts add up to the score's ` +
          `difference ${formatNumber(difference, 4)} but for ${formatNumber(gap, 2)}` +
          `${difference === 0 ? "" : ` (${formatNumber(Math.abs(gap / difference) * 100, 2)} %)`}.`,
      ],
    };
  },
});
