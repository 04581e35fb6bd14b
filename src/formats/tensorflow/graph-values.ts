import { StriateError, UnsupportedError } from "../../base/errors.ts";
import { formatShape, isIdentityOrder, sizeOf } from "../../base/shape.ts";
import { toNumbers } from "../../base/tensor.ts";
import { transpose } from "../../base/transpose.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { type Dim, type ValueType, emptyGraph } from "../../graph/graph.ts";
import { typeCode } from "../../graph/protobuf/types.ts";
import type { Port } from "../../model/network.ts";
import { ShapeInference } from "../../ops/infer/infer-shapes.ts";
import { numbersOf } from "../../ops/facts/known.ts";
import type { TfValue } from "./define-op.ts";
import { checkOrder } from "./node-words.ts";

/** A constant of more elements is data, and none that says shapes, axes or places. */
const mostNumbers = 2 ** 20;

/**
 * The values of an ONNX graph that is being written: what is known of each as soon as its node stands, and
 * each along the axes that a reader wants.
 */
export class GraphValues {
  readonly b: GraphBuilder;
  readonly #inference: ShapeInference;
  #inferred = 0;

  constructor(name: string) {
    this.b = new GraphBuilder(emptyGraph(name));
    this.#inference = new ShapeInference(this.b.graph);
  }

  /** Infers the nodes that were written since the last time. */
  #known(): ShapeInference {
    const { nodes } = this.b.graph;
    for (; this.#inferred < nodes.length; this.#inferred++)
      this.#inference.add(nodes[this.#inferred]!);
    return this.#inference;
  }

  /** The type of a graph value, with its shape where that is known. */
  typeOf(value: string): ValueType | undefined {
    return this.#known().typeOf(value);
  }

  /** The shape along TensorFlow's axes. @throws UnsupportedError where not even the rank is known */
  shape(x: TfValue): readonly Dim[] {
    if (x.constant) return x.constant.shape;
    const shape = this.typeOf(x.value!)?.shape;
    if (!shape) throw new UnsupportedError("the rank of an input is not known");
    return x.order.map((_, axis) => shape[x.order.indexOf(axis)]!);
  }

  /** The numbers of a constant, or of what is computed from constants and shapes alone. */
  numbers(x: TfValue): readonly number[] | undefined {
    if (x.constant)
      return x.constant.type === "string" || sizeOf(x.constant.shape) > mostNumbers
        ? undefined
        : toNumbers(x.constant);
    return isIdentityOrder(x.order) ? numbersOf(this.#known().knownOf(x.value!)) : undefined;
  }

  /** As {@link numbers}, of which some may depend on the photo. */
  lengths(x: TfValue): readonly Dim[] {
    if (x.constant || !isIdentityOrder(x.order)) return this.numbers(x) ?? [];
    return this.#known().knownOf(x.value!)?.items ?? [];
  }

  /** The graph value whose axis `i` is axis `order[i]` of TensorFlow's. */
  arrange(x: TfValue, order: readonly number[]): string {
    checkOrder(order, x.order.length);
    if (x.value === undefined) return this.b.constant(transpose(x.constant!, order));
    const perm = order.map((axis) => x.order.indexOf(axis));
    return isIdentityOrder(perm) ? x.value : this.b.op("Transpose", [x.value], { perm });
  }

  /** The graph value along TensorFlow's own axes. */
  plain(x: TfValue): string {
    return this.arrange(
      x,
      x.order.map((_, axis) => axis),
    );
  }

  /** {@link plain}, as whole numbers of 64 bits. */
  int64(x: TfValue): string {
    const value = this.plain(x);
    const isLong = this.typeOf(value)?.type === "int64";
    return isLong ? value : this.b.op("Cast", [value], { to: typeCode("int64") });
  }

  /** How a value looks to the user. */
  port(name: string, x: TfValue): Port {
    const value = x.value ?? this.arrange(x, x.order);
    const known = this.typeOf(value);
    const shape = known?.shape ? this.shape({ value, order: x.order }) : x.order.map(() => null);
    return { name, value, type: known?.type ?? "float32", shape, order: x.order };
  }

  /** What an op says of its axes, and what comes out, must go together; with odd inputs it need not. */
  checkRank({ value, order }: TfValue): void {
    const shape = value === undefined ? undefined : this.typeOf(value)?.shape;
    if (shape && shape.length !== order.length)
      throw new StriateError(
        `its inputs do not fit together: they would make ${formatShape(shape)}, expected ${order.length} axes`,
      );
  }
}
