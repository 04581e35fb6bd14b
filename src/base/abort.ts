import { StriateError } from "./errors.ts";

/** The part of an `AbortSignal` that every platform has. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** Rejects as the web platform does: with the signal's own reason, an AbortError by default. */
export function throwIfAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted) throw signal.reason ?? new StriateError("stopped, as it was asked for");
}
