import { expect, it } from "vitest";
import { counted } from "./counted.ts";

it("a count stands beside its noun, in groups of three digits", () => {
  expect([0, 1, 2, 2048].map((number) => counted(number, "map"))).toEqual([
    "0 maps",
    "1 map",
    "2 maps",
    "2,048 maps",
  ]);
  expect([counted(1, "class", "classes"), counted(9, "class", "classes")]).toEqual([
    "1 class",
    "9 classes",
  ]);
});
