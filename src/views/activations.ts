import { emptyRecord } from "../base/empty-record.ts";
import { StriateError } from "../base/errors.ts";
import { formatShape, stridesOf } from "../base/shape.ts";
import { type Tensor, toFloat32 } from "../base/tensor.ts";
import {
  type NetworkLayer,
  type Port,
  channelAxis,
  ownActivations,
  selectLayers,
  toUser,
} from "../model/network.ts";
import type { RunningNetwork } from "../model/running.ts";
import type { FeatureMaps } from "./feature-maps.ts";
import { type MapStatistics, mapStatistics, toPlanes } from "./map-statistics.ts";

/**
 * What a layer made of an input. Where the layer makes maps it can be handed to `drawFeatureMaps` as
 * it is: it shows the first row of the batch.
 */
export class LayerActivation implements FeatureMaps {
  readonly layer: NetworkLayer;
  readonly port: Port;
  readonly #value: Tensor;
  readonly #layout: "NHWC" | "NCHW";
  readonly #before: NetworkLayer | undefined;
  #planes: Float32Array | undefined;
  #statistics: MapStatistics[] | undefined;

  /**
   * @param value in the graph's layout
   * @param before the activation that the network has behind it, as a layer of its own
   */
  constructor(
    layer: NetworkLayer,
    port: Port,
    value: Tensor,
    layout: "NHWC" | "NCHW",
    before?: NetworkLayer,
  ) {
    this.#before = before;
    this.layer = layer;
    this.port = port;
    this.#value = value;
    this.#layout = layout;
  }

  /** The layer's own, as `inspect` prints it; of one that makes several values with their number. */
  get address(): string {
    const { address, outputs } = this.layer;
    return outputs.length > 1 ? `${address}:${outputs.indexOf(this.port)}` : address;
  }

  /** What the file calls the value: the layer's address, or in an ONNX file often another name. */
  get valueName(): string {
    return this.port.name;
  }

  /** The axis of {@link tensor} that its channels lie on. */
  get channelAxis(): number {
    return channelAxis(this.#value.shape.length, this.#layout, this.layer.config);
  }

  /** `Conv2D`, with the activation that was applied: `Conv2D + relu`; where that comes behind, `Conv, before Relu`. */
  get className(): string {
    const { className, activation } = this.layer;
    if (activation) return `${className} + ${activation}`;
    return this.#before ? `${className}, before ${this.#before.className}` : className;
  }

  /** In the user's layout: `[1, 148, 148, 32]` for a Keras model. */
  get shape(): readonly number[] {
    const { order } = this.port;
    return this.#value.shape.map((_, axis) => this.#value.shape[order.indexOf(axis)]!);
  }

  /** The numbers in the user's own layout. */
  get tensor(): Tensor {
    return toUser(this.#value, this.port);
  }

  /** Whether the layer makes maps: a value of rank 4. */
  get hasMaps(): boolean {
    return this.#value.shape.length === 4;
  }

  get channels(): number {
    return this.#size().channels;
  }

  get height(): number {
    return this.#size().height;
  }

  get width(): number {
    return this.#size().width;
  }

  /** `channels` planes of `height * width` numbers: the maps of the first row of the batch. */
  get values(): Float32Array {
    this.#planes ??= this.#readPlanes();
    return this.#planes;
  }

  /** The numbers of each map. */
  get statistics(): readonly MapStatistics[] {
    this.#statistics ??= mapStatistics(this.values, this);
    return this.#statistics;
  }

  #readPlanes(): Float32Array {
    const steps = stridesOf(this.#value.shape);
    const { axes, ...size } = this.#size();
    const strides = axes.map((axis) => steps[this.port.order.indexOf(axis)]!);
    const [channel, row, column] = strides as [number, number, number];
    return toPlanes(toFloat32(this.#value).data, size, [channel, row, column]);
  }

  #size() {
    const { shape } = this;
    if (shape.length !== 4)
      throw new StriateError(
        `layer "${this.address}" (${this.layer.className}) makes ${formatShape(shape)}, which holds no maps: ` +
          "maps have four axes; choose a convolution or a pooling",
      );
    const axes = this.channelAxis === 1 ? ([1, 2, 3] as const) : ([3, 1, 2] as const);
    const [channels, height, width] = axes.map((axis) => shape[axis]!) as [number, number, number];
    return { axes, channels, height, width };
  }
}

export interface ActivationsResult {
  activations: LayerActivation[];
  /** The network's outputs for the same input, in the user's layout. */
  outputs: Tensor[];
}

/**
 * The outputs of chosen layers for one input. Nothing is computed twice; where the outputs are large,
 * the network runs part by part.
 *
 * @param feeds tensors by input name, in the user's layout, batch first
 * @param layers a pattern of {@link selectLayers}, or the layers themselves
 * @param goesOn asked after each run; it throws where nobody waits for the numbers any more
 * @param groupBytes bytes that are taken from the engine at once: on the way they are there twice
 */
export async function computeActivations(
  target: RunningNetwork,
  feeds: Readonly<Record<string, Tensor>>,
  layers: string | readonly NetworkLayer[] = "conv",
  groupBytes = 1 << 25,
  goesOn: () => void = () => undefined,
): Promise<ActivationsResult> {
  const { network } = target;
  const chosen = typeof layers === "string" ? selectLayers(network, layers) : layers;
  if (chosen.length === 0)
    throw new StriateError(
      `${network.origin.file ?? network.name}: no layer was chosen; "all" stands for every layer`,
    );
  const taps = chosen.flatMap((layer) => layer.outputs.map((port) => ({ layer, port })));
  const outputs = network.outputs.map((port) => port.value);
  const known = emptyRecord<Tensor>();
  const compute = async (values: readonly string[]): Promise<void> => {
    const results = await target.run(feeds, values, known);
    values.forEach((value, i) => (known[value] = results[i]!));
    goesOn();
  };
  const groups = inGroups(
    taps.map(({ port }) => port),
    groupBytes,
  );
  for (const group of groups.slice(0, -1)) await compute(group);
  await compute([...groups.at(-1)!, ...outputs]);
  const behind = ownActivations(network);
  return {
    activations: taps.map(
      ({ layer, port }) =>
        new LayerActivation(
          layer,
          port,
          known[port.value]!,
          network.layout,
          behind.get(layer.address),
        ),
    ),
    outputs: network.outputs.map((port) => toUser(known[port.value]!, port)),
  };
}

/** The values of ports in groups, each as large as one run should give. */
function inGroups(ports: readonly Port[], groupBytes: number): string[][] {
  const groups: string[][] = [[]];
  let bytes = 0;
  for (const { value, shape } of ports) {
    const size = shape.reduce<number>((n, axis) => n * (typeof axis === "number" ? axis : 1), 4);
    if (bytes > 0 && bytes + size > groupBytes) {
      groups.push([]);
      bytes = 0;
    }
    bytes += size;
    groups.at(-1)!.push(value);
  }
  return groups;
}
