import type { Call, KerasModel, Layer } from "./model.ts";

/** The calls of each layer, by their index: a file may have many. */
export function callsOf({ calls }: KerasModel): ReadonlyMap<Layer, ReadonlyMap<number, Call>> {
  const found = new Map<Layer, Map<number, Call>>();
  for (const call of calls) {
    const own = found.get(call.layer) ?? new Map<number, Call>();
    found.set(call.layer, own.set(call.index, call));
  }
  return found;
}
