import type { RunningNetwork } from "../../model/running.ts";
import type { ViewContext } from "../context.ts";
import type { PhotoSubject } from "../subject.ts";
import type { PhotoTarget } from "./explained-target.ts";

/** What a method of explaining is given. */
export interface ExplainContext {
  readonly context: ViewContext;
  readonly running: RunningNetwork;
  readonly photo: PhotoSubject;
  readonly target: PhotoTarget;
}
