import { describe, expect, it } from "vitest";
import type { Graph } from "../graph/graph.ts";
import { allSamples } from "../ops/all-samples.ts";
import type { GradientRule } from "../ops/define-op.ts";
import { checkGraph } from "../ops/infer/check-graph.ts";
import { allOps } from "../ops/index.ts";
import type { Sample } from "../ops/samples.ts";
import { runtime } from "../runtime/node/index.ts";
import { type Comparison, compareGradient, worstOf } from "./check.ts";
import { checkOf } from "./sample-check.ts";

// Every gradient rule against central differences, on the samples that lie beside the ops.

const engine = { open: (graph: Graph) => runtime.open(graph, { threads: 1 }) };

/** How far a gradient may be off: as a part of its largest element, or of 1. */
const tolerances = { float64: 1e-7, float32: 1e-3 };

interface Verdict {
  worst: Comparison;
  tolerance: number;
}

/** In double precision where the engine has it for this op, else in single. */
async function judge(sample: Sample, rules?: Parameters<typeof checkOf>[2]): Promise<Verdict> {
  for (const type of sample.type ? [sample.type] : (["float64", "float32"] as const)) {
    try {
      const comparisons = await compareGradient(checkOf(sample, type, rules), engine);
      return { worst: worstOf(comparisons)!, tolerance: tolerances[type] };
    } catch (error) {
      const missing = /could not find an implementation/i.test(String(error));
      if (type === "float32" || !missing) throw error;
    }
  }
  throw new Error("unreachable");
}

const rules = allOps.filter((op) => typeof op.gradient === "function" && !op.quantises);
const samplesOf = (op: string) => allSamples.filter((sample) => sample.op === op);

describe("gradient rules agree with central differences", () => {
  for (const { type } of rules)
    it(type, async () => {
      const samples = samplesOf(type);
      expect(samples.length, `samples of ${type}`).toBeGreaterThan(0);
      for (const sample of samples) {
        checkGraph(checkOf(sample, "float32").graph);
        const { worst, tolerance } = await judge(sample);
        expect(worst.error, `${sample.title ?? ""} ${JSON.stringify(worst)}`).toBeLessThan(
          tolerance,
        );
      }
    });

  it("has samples only of ops that have a rule", () => {
    const known = new Set(rules.map((op) => op.type));
    expect(allSamples.map((sample) => sample.op).filter((op) => !known.has(op))).toEqual([]);
  });
});

describe("a wrong rule is found", () => {
  it("a gradient that is no number", async () => {
    const wrong = { Neg: (({ f }) => [f.div(0, 0)]) satisfies GradientRule<object> };
    const { worst } = await judge(samplesOf("Neg")[0]!, wrong);
    expect(worst.error).toBeNaN();
  });

  // Each rule with one of its gradients two percent too large.
  for (const op of rules)
    it(`a planted error in ${op.type}`, async () => {
      const rule = op.gradient as GradientRule<Record<string, unknown>>;
      const wrong: typeof rule = (context) => {
        const gradients = rule(context);
        const i = gradients.findIndex((gradient, at) => gradient !== null && context.needs(at));
        return gradients.with(i, context.f.mul(gradients[i]!, 1.02));
      };
      let found = false;
      for (const sample of samplesOf(op.type)) {
        const { worst, tolerance } = await judge(sample, { [op.type]: wrong });
        found ||= worst.error > 2 * tolerance;
        if (found) break;
      }
      expect(found).toBe(true);
    });
});
