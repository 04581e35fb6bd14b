import type { Engine } from "../../engine/protocol.ts";
import { servedHere } from "./keep-offline.ts";
import { ServerEngine } from "./server-engine.ts";
import { WorkerEngine, startedWorker } from "./worker-engine.ts";

/** Where it is computed: in a worker of this page, in three ways, or behind `striate serve`. */
export type PlaceName = "page" | "one" | "webgpu" | "server";

/** The places that there are, and the one that is chosen. */
export class ComputePlace {
  name = $state<PlaceName>("page");
  hasWebGpu = $state(false);
  readonly isServed = servedHere();
  readonly #engines: { [name in PlaceName]?: Engine } = {};

  constructor() {
    // The page must have ONNX Runtime's build for WebGPU, and the browser a device.
    if (document.querySelector('meta[name="striate-webgpu"]'))
      void findWebGpu().then((found) => (this.hasWebGpu = found));
  }

  /** The engine there; what it is asked while it is held waits. */
  get engine(): Engine {
    const { held, started } = this;
    if (held === undefined) return started;
    return { call: (...asked) => held.then(() => started.call(...asked)) };
  }

  /** The same, for who it is held for. */
  get started(): Engine {
    return (this.#engines[this.name] ??= this.#start(this.name));
  }

  held: Promise<void> | undefined;

  /** What is asked from now on waits for something. */
  hold(until: Promise<void>): void {
    const held = until
      .catch(() => undefined)
      .finally(() => (this.held = this.held === held ? undefined : this.held));
    this.held = held;
  }

  #start(name: PlaceName): Engine {
    if (name === "server") return new ServerEngine();
    // The threads of a worker are those of its first session.
    if (name === "one") return new WorkerEngine(1);
    return this.own;
  }

  /** The engine of this page, wherever else is computed. */
  get own(): Engine {
    return (this.#engines.page ??= startedWorker());
  }

  /** How a network is opened there. */
  get options(): { readonly device?: string; readonly threads?: number } {
    if (this.name === "webgpu") return { device: "webgpu" };
    return this.name === "one" ? { threads: 1 } : {};
  }

  /** What can be chosen, in words. */
  get choices(): readonly { readonly name: PlaceName; readonly words: string }[] {
    const threads = crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 4) : 1;
    return [
      { name: "page", words: threads > 1 ? `in this page, ${threads} threads` : "in this page" },
      ...(threads > 1 ? [{ name: "one" as const, words: "in this page, 1 thread" }] : []),
      ...(this.hasWebGpu ? [{ name: "webgpu" as const, words: "in this page, WebGPU" }] : []),
      ...(this.isServed ? [{ name: "server" as const, words: "on this computer" }] : []),
    ];
  }
}

async function findWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  try {
    return (await gpu?.requestAdapter()) != null;
  } catch {
    return false;
  }
}
