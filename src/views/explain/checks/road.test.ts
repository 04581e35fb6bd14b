import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { imputeLinear } from "./linear-imputation.ts";
import { removedAbove } from "./road.ts";

interface Road {
  height: number;
  width: number;
  image: number[];
  cam: number[];
  cases: { percent: number; out: "brightest" | "darkest"; filled: number[] }[];
}
const file = new URL("../../../../fixtures/data/road.json", import.meta.url);
const { height, width, image, cam, cases } = JSON.parse(readFileSync(file, "utf8")) as Road;

it.each(cases)(
  "fills the $out places above percentile $percent as pytorch-grad-cam's ROAD does",
  ({ percent, out, filled }) => {
    // That library takes the darkest by 1 minus the map, whose rounding decides ties.
    const values = Float32Array.from(cam, (value) => (out === "brightest" ? value : -value));
    const hole = removedAbove(values, percent);
    const size = height * width;
    const planes = [0, 1].map((c) => Float64Array.from(image.slice(c * size, (c + 1) * size)));
    const found = imputeLinear(planes, hole, height, width).flatMap((plane) => [...plane]);
    found.forEach((value, i) => expect(value).toBeCloseTo(filled[i]!, 5));
  },
);

it("takes nothing out of a map that is constant", () => {
  expect([...removedAbove(new Float32Array(6), 20)]).toEqual([0, 0, 0, 0, 0, 0]);
});
