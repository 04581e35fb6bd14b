import type { ReceptiveField } from "striate";
import type { Sight } from "./protocol.ts";

/** A receptive field in plain data; undefined where it is not known. */
export function sightOf(field: ReceptiveField | undefined): readonly Sight[] | "all" | undefined {
  if (field === undefined || field === "all") return field;
  return field.map((axis) => {
    const [first, last] = axis.range(0);
    return { first, last, step: axis.step };
  });
}
