import { expect, it } from "vitest";
import { emptyGraph } from "../../../graph/graph.ts";
import { resizeMatrix } from "./resize-matrix.ts";

it("resizes of a graph take room together, each graph for itself", () => {
  const graph = emptyGraph("of many resizes");
  for (let i = 0; i < 4; i++) expect(resizeMatrix(graph, 4096, 4000)).toHaveLength(16_384_000);
  expect(() => resizeMatrix(graph, 2000, 1000)).toThrow("damaged or hostile");
  expect(resizeMatrix(emptyGraph("another"), 3, 2)).toHaveLength(6);
});
