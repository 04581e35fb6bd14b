import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import type { NetworkLayer } from "../../model/network.ts";
import type { Term } from "../../model/target/functional.ts";
import type { RunningNetwork } from "../../model/running.ts";

/** How one value of a layer comes about: a sum of products over what the layer reads, and a constant. */
export interface Arithmetic {
  /** The products other than 0, largest first. */
  readonly products: readonly Product[];
  readonly sum: number;
  /** What is left where all that the layer reads is 0: the bias. */
  readonly constant: number;
  /** `sum + constant`, and what the engine says before the layer's own activation. */
  readonly reckoned: number;
  readonly value: number;
  /** The layer's own activation and the value behind it. */
  readonly activation?: { readonly name: string; readonly value: number };
  /** Whether the two agree: the layer is a weighted sum (a convolution, a pool, a dense layer) and a constant. */
  readonly isAffine: boolean;
}

/** One factor of the window times one of the kernel. */
export interface Product {
  /** Which of the values that the layer reads, and where in it, in the graph's layout without the batch. */
  readonly read: number;
  readonly index: readonly number[];
  readonly input: number;
  readonly weight: number;
}

/**
 * The arithmetic of one value of any layer that is a weighted sum of what it reads, whatever op it is:
 * convolution (grouped, dilated, depthwise, transposed), pooling, dense, normalisation in inference. The
 * weights are the derivatives of the value by what the layer reads, the constant is its value at zero, and
 * the sum is compared with the engine's own number.
 */
export async function arithmeticOf(
  running: RunningNetwork,
  feeds: Readonly<Record<string, Tensor>>,
  layer: NetworkLayer,
  unit: Term,
  after: Term | undefined,
): Promise<Arithmetic> {
  const { graph } = running.network;
  const reads = layer.reads.filter((name) => !graph.initializers.has(name));
  const { gradients, values } = await running.gradients(feeds, {
    of: [unit],
    wrt: reads,
    values: [...reads, unit.value, ...(after ? [after.value] : [])],
  });
  const inputs = values.slice(0, reads.length);
  const weights = await ownDerivatives(running, feeds, reads, gradients);
  const value = unit.score(values[reads.length]!)[0]!;
  const zeros = Object.fromEntries(reads.map((name, i) => [name, zeroLike(inputs[i]!)]));
  const [atZero] = await running.run(feeds, [unit.value], zeros);
  const constant = unit.score(atZero!)[0]!;
  const products = reads.flatMap((_, read) => productsOf(read, inputs[read]!, weights[read]!));
  products.sort((a, b) => Math.abs(b.input * b.weight) - Math.abs(a.input * a.weight));
  const sum = products.reduce((total, { input, weight }) => total + input * weight, 0);
  const reckoned = sum + constant;
  const scale = products.reduce(
    (most, { input, weight }) => most + Math.abs(input * weight),
    Math.abs(constant),
  );
  return {
    products,
    sum,
    constant,
    reckoned,
    value,
    isAffine: Math.abs(reckoned - value) <= 1e-5 * Math.max(scale, 1e-30),
    ...(after && {
      activation: { name: layer.activation ?? "", value: after.score(values.at(-1)!)[0]! },
    }),
  };
}

/**
 * The derivatives by each of a layer's reads while the others stay. Where one comes from another (the two ways of a
 * residual block), the gradient by the earlier holds what it does through the later too, which is taken off.
 */
async function ownDerivatives(
  running: RunningNetwork,
  feeds: Readonly<Record<string, Tensor>>,
  reads: readonly string[],
  gradients: readonly Tensor[],
): Promise<Tensor[]> {
  const own = [...gradients];
  const makers = reads.map((name) =>
    running.network.graph.nodes.findIndex(({ outputs }) => outputs.includes(name)),
  );
  const order = [...reads.keys()].sort((a, b) => makers[b]! - makers[a]!);
  for (const [done, read] of order.entries()) {
    const later = order.slice(0, done);
    if (later.length === 0) continue;
    const through = await running.gradients(feeds, {
      of: later.map((other) => ({ value: reads[other]!, seed: own[other]! })),
      wrt: [reads[read]!],
    });
    const taken = toFloat32(through.gradients[0]!).data;
    const { shape, data } = toFloat32(gradients[read]!);
    // What is left of two equal numbers is their rounding.
    const left = data.map((all, i) =>
      Math.abs(all - taken[i]!) > 1e-6 * Math.max(Math.abs(all), Math.abs(taken[i]!))
        ? all - taken[i]!
        : 0,
    );
    own[read] = float32(shape, left);
  }
  return own;
}

// bounded: as large as the tensor
const zeroLike = ({ shape }: Tensor): Tensor => float32(shape, new Float32Array(sizeOf(shape)));

/** All places of what is read that the value depends on, zeros of the window left out. */
function productsOf(read: number, input: Tensor, gradient: Tensor): Product[] {
  const { data } = toFloat32(input);
  const { data: weights, shape } = toFloat32(gradient);
  const products: Product[] = [];
  weights.forEach((weight, at) => {
    if (weight === 0) return;
    let rest = at;
    const index = shape.map((_, axis) => {
      const stride = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
      const place = Math.floor(rest / stride);
      rest -= place * stride;
      return place;
    });
    products.push({ read, index: index.slice(1), input: data[at]!, weight });
  });
  return products;
}
