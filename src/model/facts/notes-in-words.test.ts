import { expect, it } from "vitest";
import { chain } from "../../../test/chain.ts";
import { notesInWords } from "./notes-in-words.ts";

const words = (notes: object) =>
  notesInWords(Object.assign(chain([null, 4], [["Dense", { units: 2 }]]), notes));

it("says what a file knows of its classes and its training, a line each", () => {
  expect(words({})).toEqual([]);
  const history = { epoch: [0], history: { loss: [0.5], accuracy: [1] } };
  expect(words({ labels: ["cat", "dog"], history })).toEqual([
    "classes: cat, dog",
    "trained for 1 epoch; the last: loss 0.5000  accuracy 1.0000",
  ]);
});

it("is short whatever the file says, and passes by what is none of it", () => {
  const many = Array.from({ length: 500 }, (_, i) => [`metric ${i}`, [0]] as const);
  const [line] = words({ history: { epoch: [0], history: Object.fromEntries(many) } });
  expect(line).toMatch(/^trained for 1 epoch; the last: metric 0 0\.0000 .*  and 480 more$/);
  expect(words({ history: { epoch: "many" } })).toEqual([]);
  expect(words({ preprocessing: { scale: {} } })).toHaveLength(1);
});
