import { StriateError } from "../../base/errors.ts";
import type { Field, Fields } from "../../base/fields.ts";
import { nearestNames } from "../../base/names.ts";
import type { AnyView, View } from "../define-view.ts";
import type { Explanation } from "../explain/explanation.ts";
import * as records from "../explain/index.ts";
import { mergedFields } from "../merged-fields.ts";

/** A view that makes heatmaps. */
export type Method = View<"photo", Fields, Fields, Explanation>;

export const methods = Object.values(records) as unknown as readonly Method[];

/** @throws StriateError where none is named, or one that is none: with the nearest ids */
export function methodsNamed(list: string): Method[] {
  const ids = methods.map((method) => method.id);
  const wanted = list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (wanted.length === 0)
    throw new StriateError(`methods: give one, or several with commas: ${ids.join(", ")}`);
  return wanted.map((id) => {
    const found = methods.find((method) => method.id === id);
    if (found) return found;
    throw new StriateError(`no method "${id}"; nearest: ${nearestNames(id, ids).join(", ")}`);
  });
}

type Asks = (typeof records)[keyof typeof records]["asks"];
type KeyOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, K> = T extends unknown
  ? K extends keyof T
    ? T[K] extends Field<infer V>
      ? V
      : never
    : never
  : never;
/** Questions of any method; what nobody gave is left to each of them. */
type MethodAsks = {
  readonly [K in Exclude<KeyOf<Asks>, "target">]: Field<ValueOf<Asks, K> | undefined> & {
    readonly required: false;
  };
};

/** Every question of the methods but the target, of which a comparison may have several. */
export const methodAsks = (() => {
  const withoutShows = methods.map((method) => ({ ...method, shows: {} }));
  const all = mergedFields(withoutShows as unknown as AnyView[]);
  delete all.target;
  return all as unknown as MethodAsks;
})();
