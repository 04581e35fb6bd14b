import { expect } from "vitest";
import { toNumbers } from "../src/base/tensor.ts";
import { type Network, toUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { makeInput } from "./layer-fixtures.ts";

/** Every so-manieth number of a tensor, as a fixture's script wrote it down. */
export interface Sample {
  shape: number[];
  every: number;
  values: number[];
}

/** What a graph is fed (by the formula of the fixtures), and what must come out. */
export interface GraphCase {
  name: string;
  inputs: Record<string, { shape: number[]; low: number; high: number }>;
  outputs: Record<string, Sample>;
  /** By the address of a layer. */
  taps?: Record<string, Sample>;
}

/** Runs a network on the inputs of a case, and expects its numbers. */
export async function expectNumbers(
  network: Network,
  { inputs, outputs, taps }: GraphCase,
  tolerance = 2e-5,
): Promise<void> {
  const running = new RunningNetwork(network, runtime, { threads: 1 });
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([input, { shape, low, high }]) => [
      input,
      makeInput({ shape, low, high, start: 0 }),
    ]),
  );
  const tapped = Object.keys(taps ?? {}).map((tap) => {
    const layer = network.layers.find(({ address }) => address === tap);
    expect(layer, `a layer "${tap}"`).toBeDefined();
    return layer!.outputs[0]!;
  });
  const ports = [...network.outputs, ...tapped];
  const results = await running.run(
    feeds,
    ports.map((port) => port.value),
  );
  await running.release();
  const wanted = { ...outputs, ...taps };
  expect(ports.map((port) => port.name)).toEqual(Object.keys(wanted));
  const wrong = ports.flatMap((port, i) => {
    const got = toUser(results[i]!, port);
    const { shape, every, values } = wanted[port.name]!;
    const numbers = toNumbers(got).filter((_, k) => k % every === 0);
    const worst = Math.max(
      ...values.map((value, k) => Math.abs(numbers[k]! - value) / Math.max(1, Math.abs(value))),
    );
    const fits = JSON.stringify(got.shape) === JSON.stringify(shape) && worst < tolerance;
    return fits ? [] : [`${port.name}: [${got.shape}] for [${shape}], off by ${worst}`];
  });
  expect(wrong).toEqual([]);
}
