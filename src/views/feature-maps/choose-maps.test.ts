import { expect, it } from "vitest";
import { mapStatistics } from "../map-statistics.ts";
import { chooseMaps } from "./choose-maps.ts";

const values = Float32Array.from([5, 5, 0, 9, -8, 0, 1, 2, NaN, 7]);
const layer = {
  address: "conv",
  statistics: mapStatistics(values, { channels: 5, height: 1, width: 2 }),
};
const choose = (maps: string, top: number | null = null, by: "mean" | "max" | "zeros" = "mean") =>
  chooseMaps(layer, { maps, top, by });

it("numbers and ranges choose maps, in channel order", () => {
  expect(choose("all")).toEqual({ maps: [0, 1, 2, 3, 4], words: "" });
  expect(choose("3,0-1,90").maps).toEqual([0, 1, 3]);
  expect(choose("3,0-1,90").words).toBe("Drawn: 3 of them (3,0-1,90).");
});

it("the largest come first, of those that were chosen", () => {
  expect(choose("all", 2).maps).toEqual([4, 0]);
  expect(choose("0-3", 2, "max").maps).toEqual([1, 0]);
  expect(choose("all", 9, "zeros").maps).toEqual([1, 2, 0, 3, 4]);
  expect(choose("all", 2, "zeros").words).toContain("the 2 with the largest share of zeros");
});

it.each(["5-9", "4-2", "x", "1,", "-3"])("%s is refused in words", (maps) => {
  expect(() => choose(maps)).toThrow(
    maps === "5-9" ? 'layer "conv": has 5 maps, numbered from 0 to 4' : "as 0-63,80, or all",
  );
});
