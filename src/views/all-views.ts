import { StriateError } from "../base/errors.ts";
import { nearestNames } from "../base/names.ts";
import type { AnyView } from "./define-view.ts";
import * as records from "./index.ts";

/** Every way of seeing. */
export const allViews: readonly AnyView[] = Object.values(records);

/** The view of an id. @throws StriateError naming the nearest ids where there is none */
export function viewNamed(id: string): AnyView {
  const found = allViews.find((view) => view.id === id);
  if (found) return found;
  const ids = allViews.map((view) => view.id);
  throw new StriateError(`no view "${id}"; nearest: ${nearestNames(id, ids).join(", ")}`);
}
