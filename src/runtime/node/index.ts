import { availableParallelism } from "node:os";
import { isMainThread } from "node:worker_threads";
import { StriateError, messageOf } from "../../base/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { lendWeights } from "../../graph/passes/engine/lend-weights.ts";
import { nchwc } from "../../graph/passes/nchwc/nchwc.ts";
import { separatePads } from "../../graph/passes/engine/separate-pads.ts";
import { writeOnnxParts } from "../../graph/protobuf/write.ts";
import { engineMessage } from "../engine-message.ts";
import { OrtSession } from "../ort-session.ts";
import type { Device, Runtime, Session, SessionOptions } from "../runtime.ts";
import { nchwcBlock } from "./nchwc-block.ts";
import { loadOrt, nativeMissing } from "./ort.ts";
import { startTrainWorker } from "./start-train-worker.ts";
import { runtime as webAssembly } from "../web/index.ts";

/** ONNX Runtime in Node: CPU everywhere, CUDA and WebGPU where the package was built with them. */
export const runtime: Runtime = {
  async engine() {
    const ort = await loadOrt();
    return ort ? `onnxruntime-node ${ort.env.versions.node}` : webAssembly.engine();
  },
  async open(graph: Graph | Uint8Array, options: SessionOptions = {}): Promise<Session> {
    const { device = "cpu", threads = availableParallelism(), optimize = "all" } = options;
    const { lean = false } = options;
    const ort = await loadOrt();
    if (ort === undefined) return openInWebAssembly(graph, options);
    const create = async (provider: Device): Promise<Session> => {
      const saving = lean && provider === "cpu";
      const { model, externalData, lent } = engineForm(graph, saving);
      const session = await ort.InferenceSession.create(model, {
        externalData,
        // An arena keeps what it has taken until the session is released.
        enableCpuMemArena: !saving,
        executionProviders: provider === "cpu" ? ["cpu"] : [provider, "cpu"],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: optimize === "all" ? "all" : "disabled",
        logSeverityLevel: 4,
        extra: idleThreadsSleep,
      });
      return new OrtSession(ort as never, session as never, provider, { lent });
    };
    const available = ort.listSupportedBackends().map((backend) => backend.name);
    for (const candidate of candidates(device, available)) {
      try {
        return await create(candidate);
      } catch (error) {
        if (candidate === "cpu") throw new StriateError(engineMessage(error), { cause: error });
        if (device === candidate) throw deviceMissing(device, messageOf(error), error);
      }
    }
    throw deviceMissing(device, `this build of ONNX Runtime has ${available.join(", ")}`);
  },
  defaultThreads: availableParallelism,
  startTrainWorker,
  async tune(graph: Graph): Promise<Graph> {
    if ((await loadOrt()) === undefined) return graph;
    const block = await nchwcBlock(runtime);
    return block === 0 ? graph : nchwc(graph, block);
  },
};

/**
 * A thread that waits for its next part of an operation sleeps. The engine's own way is to try again and
 * again, which keeps a core from whoever works next: another session, the reader of pictures, another
 * process (docs/decisions/sleeping-threads.md).
 */
const idleThreadsSleep = { session: { intra_op: { allow_spinning: "0" } } };

let isSaid = false;

/** What is done where the native engine is not there. The user hears of it, once. */
function openInWebAssembly(graph: Graph | Uint8Array, options: SessionOptions): Promise<Session> {
  const { device = "cpu" } = options;
  if (device === "cuda" || device === "webgpu") throw deviceMissing(device, nativeMissing());
  if (!isSaid && isMainThread) process.stderr.write(`${slowlyNow()}\n`);
  isSaid = true;
  return webAssembly.open(graph, { ...options, device: "wasm" });
}

/** What is said where networks run in WebAssembly. */
export const slowlyNow = (): string =>
  `networks run in WebAssembly, several times slower: ${nativeMissing()}`;

/** A graph as the engine gets it: the model, the weights that it copies, and those that it is lent. */
function engineForm(graph: Graph | Uint8Array, lean: boolean) {
  if (graph instanceof Uint8Array) return { model: graph, externalData: [], lent: {} };
  const apart = separatePads(graph);
  const { graph: fed, weights: lent } = lean ? lendWeights(apart) : { graph: apart, weights: {} };
  const { model, weights: externalData } = writeOnnxParts(fed);
  return { model, externalData, lent };
}

/** The devices to try, best first; the last one of `auto` is always there. */
function candidates(device: Device, available: readonly string[]): Device[] {
  if (device === "auto")
    return [...(["cuda", "webgpu"] as const).filter((name) => available.includes(name)), "cpu"];
  return available.includes(device) ? [device] : [];
}

function deviceMissing(device: Device, reason: string, cause?: unknown): StriateError {
  return new StriateError(
    `device "${device}" is not here: ${plainReason(reason)}; use --device cpu`,
    cause === undefined ? undefined : { cause },
  );
}

/** The engine's reason without the place and the condition in its C++ code. */
const plainReason = (text: string): string =>
  text.split("\n")[0]!.replace(/^.*\.(cc|h):\d+ .* was false\. /, "");
