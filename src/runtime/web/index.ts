import { StriateError, messageOf } from "../../base/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { separatePads } from "../../graph/passes/engine/separate-pads.ts";
import { writeOnnx } from "../../graph/protobuf/write.ts";
import { engineMessage } from "../engine-message.ts";
import { OrtSession } from "../ort-session.ts";
import type { Device, Runtime, Session, SessionOptions } from "../runtime.ts";
import { loadOrt } from "./ort.ts";
import { canTrainInWorkers, startTrainWorker } from "./start-train-worker.ts";
import { canShareMemory } from "./shared-memory.ts";

/**
 * ONNX Runtime in WebAssembly, with WebGPU where the browser has it. It runs in Node too (without
 * WebGPU), which is how it is tested.
 *
 * The threads are those of the first session that is opened; a page without cross-origin isolation
 * (COOP/COEP headers) gets one.
 */
export const runtime: Runtime = {
  engine: () => Promise.resolve("onnxruntime-web 1.30.0"),
  defaultThreads,
  ...(canTrainInWorkers() && { startTrainWorker }),
  async open(graph: Graph | Uint8Array, options: SessionOptions = {}): Promise<Session> {
    const { device = "wasm", threads = defaultThreads(), optimize = "all" } = options;
    const bytes = graph instanceof Uint8Array ? graph : writeOnnx(separatePads(graph));
    const create = async (provider: "wasm" | "webgpu") => {
      const ort = await loadOrt(provider, threads);
      const session = await ort.InferenceSession.create(bytes, {
        // Not [provider, "wasm"]: then a device that is not there would go unnoticed.
        executionProviders: [provider],
        graphOptimizationLevel: optimize === "all" ? "all" : "disabled",
        logSeverityLevel: 4,
      });
      // The WebAssembly backend leaves tensors that are given for outputs as they are.
      return new OrtSession(ort as never, session as never, provider, {
        preallocates: false,
        blocks: true,
      });
    };
    for (const candidate of candidates(device)) {
      try {
        return await create(candidate);
      } catch (error) {
        if (candidate === "wasm") throw new StriateError(engineMessage(error), { cause: error });
        if (device === candidate) throw deviceMissing(device, messageOf(error), error);
      }
    }
    throw deviceMissing(device, "ONNX Runtime on the web has wasm and webgpu");
  },
};

/** The cores, as far as the platform lets threads share memory; more than 4 rarely help a small network. */
function defaultThreads(): number {
  if (!canShareMemory()) return 1;
  return Math.min(globalThis.navigator?.hardwareConcurrency ?? 2, 4);
}

/** The devices to try, best first. */
function candidates(device: Device): ("wasm" | "webgpu")[] {
  if (device === "auto") return hasWebGpu() ? ["webgpu", "wasm"] : ["wasm"];
  if (device === "cpu") return ["wasm"];
  return device === "wasm" || device === "webgpu" ? [device] : [];
}

const hasWebGpu = (): boolean =>
  (globalThis.navigator as { gpu?: unknown } | undefined)?.gpu != null;

function deviceMissing(device: Device, reason: string, cause?: unknown): StriateError {
  return new StriateError(
    `device "${device}" is not here: ${reason.split("\n")[0]}; "wasm" is`,
    cause === undefined ? undefined : { cause },
  );
}
