import { expect, test } from "vitest";
import { isHeic } from "./heic.ts";

const file = (major: string, ...compatible: string[]) => {
  const brands = `${major}\0\0\0\0${compatible.join("")}`;
  return `\0\0\0${String.fromCharCode(8 + brands.length)}ftyp${brands}`;
};

test("a photo is told from a film with a still, and from an AVIF", () => {
  expect(isHeic(file("heic", "mif1", "heic"))).toBe(true);
  expect(isHeic(file("mif1", "heic"))).toBe(true);
  expect(isHeic(file("msf1", "iso8"))).toBe(true);
  expect(isHeic(file("isom", "mp42", "mif1"))).toBe(false);
  expect(isHeic(file("mif1", "avif"))).toBe(false);
  expect(isHeic(file("mp42", "isom"))).toBe(false);
});
