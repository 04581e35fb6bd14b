import type { MapBox } from "striate";
import { describe, expect, it } from "vitest";
import { foundBoxes, nextBox, outerModels } from "../app/page/state/graph-walk.ts";

const box = (id: string, x: number, y: number): MapBox => ({
  ...{ id, layers: [id], title: "Conv2D", name: id, detail: "", shape: "", parameters: 0 },
  ...{ color: "#000", kind: "convolution", inside: 0, x, y, width: 100, height: 60 },
});
//      a
//    b   c
//      d
const [a, b, c, d] = [
  box("a", 60, 0),
  box("b", 0, 100),
  box("c", 120, 100),
  box("base/d", 60, 200),
];
const map = { boxes: [a, b, c, d] };

describe("the keyboard on the graph", () => {
  it.each([
    [b, "ArrowRight", c],
    [c, "ArrowLeft", b],
    [b, "ArrowDown", d],
    [d, "ArrowDown", undefined],
    [a, "ArrowLeft", undefined],
    [c, "ArrowUp", a],
  ])("goes from %# to what is nearest", (from, key, to) => {
    expect(nextBox(map, from, key)?.id).toBe(to?.id);
  });
  it("finds layers by words of their address and kind", () => {
    expect(foundBoxes(map, "base conv").map(({ id }) => id)).toEqual(["base/d"]);
    expect(foundBoxes(map, " ")).toEqual([]);
  });
  it("knows the outermost of nested models, and takes no path for one", () => {
    expect(outerModels(["m", "m/n", "m/n/a", "/conv/Relu", "free/x"])).toEqual(["m"]);
  });
});
