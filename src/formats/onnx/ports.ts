import { GraphBuilder } from "../../graph/builder.ts";
import type { Dim, Graph, ValueType } from "../../graph/graph.ts";
import type { Port } from "../../model/network.ts";
import { quantisedValues } from "./quantised.ts";

/** How the user of an ONNX file sees the values of its graph: by their own names, in their own layout. */
export class Ports {
  readonly #graph: Graph;
  readonly #b: GraphBuilder;
  readonly #quantised: ReturnType<typeof quantisedValues>;
  readonly #declared: Map<string, ValueType>;
  readonly #real = new Map<string, Port>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#b = new GraphBuilder(graph);
    this.#quantised = quantisedValues(graph);
    this.#declared = new Map(
      [...graph.inputs, ...graph.outputs].map((value) => [value.name, value]),
    );
  }

  /** The value as it is. */
  plain(value: string): Port {
    const graph = this.#graph;
    const inferred = graph.values.get(value) ?? graph.initializers.get(value);
    const declared = this.#declared.get(value);
    const type = inferred ?? declared;
    const shape: readonly Dim[] = inferred?.shape ?? declared?.shape ?? [];
    const order = shape.map((_, axis) => axis);
    return { name: value, value, type: type?.type ?? "float32", shape, order };
  }

  /**
   * The value as numbers that mean something: of one that holds integer codes (a quantised map) the real
   * numbers. For these a DequantizeLinear is added to the graph, which runs only when it is asked for.
   */
  real(value: string): Port {
    const known = this.#real.get(value);
    if (known) return known;
    let port = this.plain(value);
    const codes = /int8$/.test(port.type) ? this.#quantised.get(value) : undefined;
    if (codes) {
      const inputs = [value, codes.scale, ...(codes.zeroPoint === "" ? [] : [codes.zeroPoint])];
      const outputs = [this.#b.fresh(`${value}/real`)];
      const real = this.#b.op("DequantizeLinear", inputs, {}, { outputs });
      this.#graph.values.set(real, { type: "float32", shape: port.shape });
      port = { ...port, value: real, type: "float32" };
    }
    this.#real.set(value, port);
    return port;
  }
}
