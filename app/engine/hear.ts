// What the worker of the page does: it holds the library, so that the page never waits for it.
import { StoppedError, StriateError, counted, layers, sequential, zeros } from "striate";
import { PageEngine } from "./engine.ts";
import type { Answer } from "./protocol.ts";

const engine = new PageEngine({
  describe: (device) =>
    device === "webgpu" ? "WebGPU, in this page" : `WebAssembly, ${threads()}${whyAlone()}`,
});

/** As many as the page has said in the worker's name, else all that help. */
const asked = Number(self.name.split(":")[1]) || undefined;
const threads = (): string => {
  const most = whyAlone() === "" ? Math.min(navigator.hardwareConcurrency, 4) : 1;
  const count = Math.min(asked ?? most, most);
  return `${counted(count, "thread")}, in this page`;
};

/** Why there is one thread, where the page has not chosen so. */
function whyAlone(): string {
  if (!crossOriginIsolated) return " (the server does not isolate the page)";
  return typeof SharedArrayBuffer === "undefined"
    ? " (this browser lets workers share no memory)"
    : "";
}

// The engine is fetched and compiled while the network is: the first session of all is of one that is tiny.
const tiny = sequential([layers.dense({ units: 1, inputShape: [1] })]);
void tiny
  .predict(zeros("float32", [1, 1]))
  .then(() => tiny.dispose())
  .catch(() => undefined);

export interface CallMessage {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}
export type Message = CallMessage | { readonly id: number; readonly stop: true };
export type Reply = Answer & { readonly id: number };

const stops = new Map<number, AbortController>();
const reply = (message: Reply) => postMessage(message, { transfer: buffersOf(message) });

/** Answers a message of the page. */
export function hear({ data }: MessageEvent<Message>): void {
  if ("stop" in data) return void stops.get(data.id)?.abort();
  const { id, method, args } = data;
  const stop = new AbortController();
  stops.set(id, stop);
  const tell = (news: Answer) => reply({ ...news, id });
  void engine
    .call(method, args, { signal: stop.signal, tell })
    .then((value) => tell({ kind: "done", value }))
    .catch((error: unknown) => tell(errorAnswer(error)))
    .finally(() => stops.delete(id));
}

function errorAnswer(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  const isKnown = error instanceof StriateError;
  return { kind: "error", message, isKnown, isStop: error instanceof StoppedError };
}

/** The memory of all arrays in a message: it moves to the page, and is not copied. */
function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength)
      found.add(value.buffer);
  } else if (Array.isArray(value)) {
    if (typeof value[0] === "object") for (const each of value) buffersOf(each, found);
  } else if (typeof value === "object" && value !== null)
    for (const each of Object.values(value)) buffersOf(each, found);
  return [...found];
}
