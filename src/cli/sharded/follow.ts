import { counted } from "../../base/counted.ts";
import type { ConductOptions } from "../../node/runs/conduct-options.ts";
import type { CommandIo } from "../command.ts";

/** Ctrl-C and SIGTERM stop after the shard that is computed now; a second one ends at once. */
export function stopOnSignal(io: CommandIo): { signal: AbortSignal } & Disposable {
  const stop = new AbortController();
  const names = ["SIGINT", "SIGTERM"] as const;
  const listen = () => {
    names.forEach((name) => process.off(name, listen));
    io.err("stopping; what is done is kept, and the same command goes on with it");
    stop.abort();
  };
  names.forEach((name) => process.on(name, listen));
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => names.forEach((name) => process.off(name, listen)),
  };
}

/** Says how far all workers are together, and how long it takes yet; to a person only. */
export function followRun(io: CommandIo, photos: number): NonNullable<ConductOptions["report"]> {
  const begun = performance.now();
  let first: number | undefined;
  return {
    notice: (text) => io.err(text),
    shards(done, all) {
      first ??= done;
      if (!io.terminal.isTty || done === all) return;
      const seconds = (performance.now() - begun) / 1000;
      const here = done - first;
      const left =
        here > 0 && seconds > 1
          ? `, about ${Math.ceil((seconds / here) * (all - done))} s left`
          : "";
      const share = Math.round((done / all) * photos);
      io.err(
        `${done} of ${counted(all, "shard")}, some ${share} of ${counted(photos, "photo")}${left}`,
      );
    },
  };
}
