import { type BenchNetwork, noise } from "./networks.ts";

/** One side of the bench: a network is prepared, then trained for some steps, which gives milliseconds. */
export interface BenchSide {
  prepare(network: BenchNetwork): Promise<unknown>;
  run(count: number): Promise<number[]>;
}

/** striate, in a worker as the page has it. */
function striate(): BenchSide {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const ask = (message: BenchNetwork | number) =>
    new Promise<never>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<unknown>) =>
        typeof data === "string" ? reject(new Error(data)) : resolve(data as never);
      worker.onerror = ({ message: words }) => reject(new Error(words));
      worker.postMessage(message);
    });
  return { prepare: ask, run: ask };
}

/** As much of TensorFlow.js as is used here: it is no dependency. */
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  wasm?: { setWasmPaths(folder: string): void };
  tensor(data: Float32Array, shape: readonly number[]): unknown;
  sequential(options: { layers: unknown[] }): {
    compile(options: Record<string, unknown>): void;
    trainOnBatch(x: unknown, y: unknown): Promise<unknown>;
  };
  layers: Record<string, (options?: Record<string, unknown>) => unknown>;
  train: { rmsprop(rate: number): unknown };
}

function tensorflow(backend: string): BenchSide {
  const { tf } = globalThis as unknown as { tf: Tf };
  let model: ReturnType<Tf["sequential"]>;
  let batch: readonly [unknown, unknown];
  return {
    async prepare(network) {
      tf.wasm?.setWasmPaths("/tfjs/");
      if (!(await tf.setBackend(backend))) throw new Error(`there is no ${backend} here`);
      await tf.ready();
      const { size, filters, units } = network;
      model = tf.sequential({
        layers: [
          ...filters.flatMap((each, i) => [
            tf.layers["conv2d"]!({
              filters: each,
              kernelSize: 3,
              activation: "relu",
              ...(i === 0 && { inputShape: [size, size, 3] }),
            }),
            tf.layers["maxPooling2d"]!({ poolSize: 2 }),
          ]),
          tf.layers["flatten"]!(),
          tf.layers["dense"]!({ units, activation: "relu" }),
          tf.layers["dense"]!({ units: 1, activation: "sigmoid" }),
        ],
      });
      model.compile({ loss: "binaryCrossentropy", optimizer: tf.train.rmsprop(1e-4) });
      const { x, y } = noise(network);
      batch = [tf.tensor(x, [network.batch, size, size, 3]), tf.tensor(y, [network.batch, 1])];
    },
    async run(count) {
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        const before = performance.now();
        await model.trainOnBatch(...batch);
        times.push(performance.now() - before);
      }
      return times;
    },
  };
}

Object.assign(globalThis, {
  begin: (side: string) => (side === "striate" ? striate() : tensorflow(side)),
});
