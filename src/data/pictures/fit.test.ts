import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Fit } from "./fit.ts";
import type { Image } from "./image.ts";
import { prepareImage } from "./preprocess.ts";

interface Case {
  photo: [height: number, width: number];
  size: [height: number, width: number];
  fit: Fit;
  values: number[];
}

const { cases } = JSON.parse(
  readFileSync(new URL("../../../fixtures/data/fit.json", import.meta.url), "utf8"),
) as { cases: Case[] };

/** Pixel `i` has the value `i` in every channel. */
function numbered([height, width]: [number, number]): Image {
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => Math.floor(i / 3));
  const origin = {
    ...{ name: "photo.png", format: "PNG", storedSize: [height, width] as const },
    ...{ orientation: 1, oriented: true, steps: [] },
  };
  return { width, height, data, origin };
}

it.each(cases)("a photo of $photo in an input of $size, $fit: Keras' values", (each) => {
  const how = { resize: "bilinear", scale: "none", orient: true, channels: 3 } as const;
  const { size, fit } = each;
  const { data } = prepareImage(numbered(each.photo), { ...how, size, fit });
  const red = [...data].filter((_, i) => i % 3 === 0);
  expect(Math.max(...red.map((value, i) => Math.abs(value - each.values[i]!)))).toBeLessThan(1e-3);
});
