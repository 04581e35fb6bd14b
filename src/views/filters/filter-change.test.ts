import { expect, it } from "vitest";
import { Model } from "../../api/model.ts";
import { layers } from "../../layers/create.ts";
import { buildSequential } from "../../model/build.ts";
import { lowerModel } from "../../model/lowering/lower.ts";
import type { Network } from "../../model/network.ts";
import { runtime } from "../../runtime/node/index.ts";
import { networkKinds } from "../../../test/network-kinds.ts";
import { filtersView } from "./filters-view.ts";

const { conv2d } = layers;

/** The network with the kernel of one layer changed. */
function changed(network: Network, layer: string, by: (value: number, i: number) => number) {
  const { value } = network.weights.get(`${layer}/kernel`)!;
  const initializers = new Map(network.graph.initializers);
  const tensor = initializers.get(value)!;
  const data = (tensor.data as Float32Array).map(by);
  initializers.set(value, { ...tensor, data } as typeof tensor);
  return { ...network, graph: { ...network.graph, initializers } };
}

it("shows what changed against another file, filter by filter", async () => {
  const before = await networkKinds[0]!.open();
  // The graph has filters first: all of filter 0 becomes twice as long.
  const kernel = before.graph.initializers.get(before.weights.get("conv2d/kernel")!.value)!;
  const each = kernel.data.length / 4;
  const after = changed(before, "conv2d", (value, i) => (i < each ? 2 * value : value));
  const model = new Model({ network: after }, runtime, { threads: 1 });
  const seen = await model.view(filtersView, undefined, { against: before });
  const [first, second] = seen.result;
  expect(first!.change!.order[0]).toBe(0);
  expect([...first!.change!.relative]).toEqual(
    [1, 0, 0, 0].map((value) => expect.closeTo(value, 6) as number),
  );
  for (const cosine of first!.change!.cosines) expect(cosine).toBeCloseTo(1, 6);
  expect(second!.change!.whole).toBe(0);
  expect([...seen.draw()].map(({ name }) => name)).toContain("conv2d-filters-change");
  expect(seen.words.lines[0]).toContain("changed by");
  expect(JSON.stringify(seen.json)).toContain('"change"');
  await model.dispose();
});

it("says so where the other file has no such kernels", async () => {
  const model = new Model({ network: await networkKinds[0]!.open() }, runtime, { threads: 1 });
  const small = buildSequential([conv2d({ filters: 2, kernelSize: 1, inputShape: [16, 16, 3] })]);
  const origin = { format: "Keras v3", dialect: "Keras 3", writer: "" };
  const other = lowerModel(small, { origin });
  await expect(model.view(filtersView, undefined, { against: other })).rejects.toThrow(
    /no layer with kernels of the same shape as conv2d, conv2d_1/,
  );
  await model.dispose();
});
