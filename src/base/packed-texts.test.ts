import { expect, it } from "vitest";
import { PackedTexts } from "./packed-texts.ts";

it("texts come back as they were, one list behind the other", () => {
  const texts = ["", "a.jpg", "Käse/日本.png", "\ufeffmark", "a.jpg"];
  const list = PackedTexts.joined([
    PackedTexts.of(texts.slice(0, 2)),
    PackedTexts.of([]),
    PackedTexts.of(texts.slice(2)),
  ]);
  expect([...list]).toEqual(texts);
  expect([list.length, list.at(2)]).toEqual([5, "Käse/日本.png"]);
  expect(texts.map((text) => list.indexOf(text))).toEqual([0, 1, 2, 3, 1]);
  expect(list.indexOf("b.jpg")).toBe(-1);
  expect(PackedTexts.joined([]).length).toBe(0);
});
