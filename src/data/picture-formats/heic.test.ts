import { expect, test } from "vitest";
import { heic } from "./heic.ts";

const file = (major: string, ...compatible: string[]) => {
  const brands = `${major}\0\0\0\0${compatible.join("")}`;
  return `\0\0\0${String.fromCharCode(8 + brands.length)}ftyp${brands}`;
};

test("a photo is told from a film with a still, and from an AVIF", () => {
  expect(heic.begins(file("heic", "mif1", "heic"))).toBe(true);
  expect(heic.begins(file("mif1", "heic"))).toBe(true);
  expect(heic.begins(file("msf1", "iso8"))).toBe(true);
  expect(heic.begins(file("isom", "mp42", "mif1"))).toBe(false);
  expect(heic.begins(file("mif1", "avif"))).toBe(false);
  expect(heic.begins(file("mp42", "isom"))).toBe(false);
});
