import { expect, it } from "vitest";
import { chain } from "../../../test/chain.ts";
import { readOwnNotes } from "./own-notes.ts";

const noted = (text: string) => {
  const network = chain([null, 4], [["Dense", { units: 2 }]]);
  readOwnNotes(JSON.parse(text), network);
  const { labels, preprocessing, history } = network;
  return { labels, preprocessing, history };
};

it("takes what striate wrote, a number that was none too", () => {
  const history = { epoch: [0, 1], history: { loss: [2, null] } };
  const notes = { labels: ["a", "b"], preprocessing: { scale: "1/255" }, history };
  expect(noted(JSON.stringify(notes))).toEqual(notes);
});

it.each([
  '{"labels": [{"toString": 1, "valueOf": 1}], "preprocessing": [], "history": {"epoch": [0]}}',
  '{"labels": ["a", 3], "history": {"epoch": [0], "history": {"loss": ["much"]}}}',
  '{"labels": {"length": 9}, "preprocessing": "1/255", "history": []}',
  '"striate"',
])("passes by what striate did not write: %s", (text) => {
  expect(noted(text)).toEqual({ labels: undefined, preprocessing: undefined, history: undefined });
});
