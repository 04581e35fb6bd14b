import { StriateError } from "../base/errors.ts";
import { nextTurn } from "../base/next-turn.ts";
import type { Tensor } from "../base/tensor.ts";
import { engineMessage } from "./engine-message.ts";
import { freeBuffer } from "./free-buffer.ts";
import type { Device, Session } from "./runtime.ts";

/** For so many milliseconds nobody else in the thread has a turn. */
const longest = 40;
let lastTurn = 0;

/** Lets a stop, a message or a painting come in between the runs of a long computation. */
async function othersTurn(): Promise<void> {
  if (Date.now() - lastTurn < longest) return;
  await nextTurn();
  lastTurn = Date.now();
}

/** The part of ONNX Runtime's JavaScript API that the node and the web package share. */
export interface OrtApi {
  Tensor: new (type: never, data: never, dims: readonly number[]) => OrtTensor;
}
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}
export interface OrtInferenceSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: never, fetches?: never): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

/** A {@link Session} over an inference session of either ONNX Runtime package. */
export class OrtSession implements Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly device: Device;
  readonly #ort: OrtApi;
  readonly #session: OrtInferenceSession;
  readonly #preallocates: boolean;
  readonly #blocks: boolean;
  /** What is fed in every run. */
  readonly #lent: Readonly<Record<string, OrtTensor>>;

  /**
   * @param options.preallocates whether the engine writes into tensors that are given for outputs; true
   * by default
   * @param options.blocks whether the engine computes in the thread that calls it: nobody else had a turn
   * @param options.lent inputs that are the same in every run: nobody else need know of them
   */
  constructor(
    ort: OrtApi,
    session: OrtInferenceSession,
    device: Device,
    options: {
      preallocates?: boolean;
      blocks?: boolean;
      lent?: Readonly<Record<string, Tensor>>;
    } = {},
  ) {
    const { preallocates = true, blocks = false, lent = {} } = options;
    this.#blocks = blocks;
    this.#ort = ort;
    this.#session = session;
    this.#preallocates = preallocates;
    this.#lent = Object.fromEntries(
      Object.entries(lent).map(([name, value]) => [name, this.#wrap(value)]),
    );
    this.device = device;
    this.inputs = session.inputNames.filter((name) => !Object.hasOwn(lent, name));
    this.outputs = session.outputNames;
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>> {
    const asked = Object.fromEntries(
      this.inputs.map((name) => {
        const value = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
        if (value === undefined) throw new StriateError(`input "${name}" was not given`);
        return [name, this.#wrap(value)];
      }),
    );
    const given = { ...asked, ...this.#lent };
    const fetches =
      into &&
      this.#preallocates &&
      Object.fromEntries(
        this.outputs.map((name) => [
          name,
          Object.hasOwn(into, name) ? this.#wrap(into[name]!) : null,
        ]),
      );
    let results: Readonly<Record<string, OrtTensor>>;
    try {
      results = await (fetches
        ? this.#session.run(given as never, fetches as never)
        : this.#session.run(given as never));
    } catch (error) {
      throw new StriateError(engineMessage(error), { cause: error });
    }
    if (this.#blocks) await othersTurn();
    return Object.fromEntries(
      Object.entries(results).map(([name, value]) => {
        const target = into && Object.hasOwn(into, name) ? into[name] : undefined;
        if (target === undefined)
          return [name, { type: value.type, shape: value.dims, data: value.data } as Tensor];
        const made = value.data as Float32Array;
        if (!this.#preallocates) (target.data as Float32Array).set(made);
        // The engine gives a copy of what it wrote into the target.
        if (made.buffer !== (target.data as Float32Array).buffer) freeBuffer(made.buffer);
        return [name, target];
      }),
    );
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  #wrap(value: Tensor): OrtTensor {
    return new this.#ort.Tensor(value.type as never, value.data as never, value.shape);
  }
}
