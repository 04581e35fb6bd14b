import { expect } from "vitest";
import type { Tensor } from "../src/base/tensor.ts";
import { type Network, type Port, selectLayers, toUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { openModel } from "../src/api/open-model.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { arraysOf, asTensor, largestDifference } from "./onnx-files.ts";
import { shared } from "./shared.ts";

/** A file of `../shared/cases2`. */
export const caseFile = (path: string): string => shared(`cases2/${path}`);

/**
 * Runs a model of `../shared/cases2` on the input of an `.npz` beside it and compares all that stands
 * there: `y`, `y0`, `y1` are the outputs in order, `tap:NAME` what a layer makes.
 *
 * @param npz by default the one of the model's name
 * @param ignored inputs that the network does not ask for any more
 */
export async function expectCase(
  model: string,
  npz = model.replace(/\.\w+$/, "").replace(/(_sm)?$/, "$1.npz"),
  tolerance = 1e-5,
): Promise<Network> {
  const wanted = arraysOf(caseFile(npz));
  const { network } = await openModel(caseFile(model));
  expectNumbersOf(wanted, await valuesOf(network, wanted), tolerance);
  return network;
}

/** What a network makes of the inputs among the arrays, by the arrays' keys. */
export async function valuesOf(
  network: Network,
  wanted: ReturnType<typeof arraysOf>,
): Promise<Map<string, Tensor>> {
  const feeds = Object.fromEntries(
    network.inputs.map(({ name }) => [name, asTensor((wanted[`x:${name}`] ?? wanted.x)!)]),
  );
  const asked = Object.keys(wanted).flatMap((key): { key: string; port: Port }[] => {
    const [kind, name = ""] = key.split(/:(.*)/s);
    const port = kind === "tap" ? tapOf(network, name) : network.outputs[outputOf(key)];
    return kind === "x" || key === "p" ? [] : [{ key, port: port! }];
  });
  const running = new RunningNetwork(network, runtime, { threads: 1 });
  try {
    const results = await running.run(
      feeds,
      asked.map(({ port }) => port.value),
    );
    return new Map(asked.map(({ key, port }, i) => [key, toUser(results[i]!, port)]));
  } finally {
    await running.release();
  }
}

const outputOf = (key: string): number => Number(/^y(\d*)$/.exec(key)?.[1] || 0);

const tapOf = (network: Network, name: string): Port =>
  network.layers.flatMap((layer) => layer.outputs).find((port) => port.name === name) ??
  selectLayers(network, name)[0]!.outputs[0]!;

export function expectNumbersOf(
  wanted: ReturnType<typeof arraysOf>,
  made: ReadonlyMap<string, Tensor>,
  tolerance: number,
): void {
  expect(made.size).toBeGreaterThan(0);
  for (const [key, tensor] of made) {
    expect(tensor.shape, key).toEqual(wanted[key]!.shape);
    expect(largestDifference(tensor, wanted[key]!), key).toBeLessThan(tolerance);
  }
}
