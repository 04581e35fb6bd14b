import type { OnTheWay } from "./protocol.ts";

/** A call under way. */
export interface CallContext {
  readonly signal: AbortSignal;
  tell(news: OnTheWay): void;
}
