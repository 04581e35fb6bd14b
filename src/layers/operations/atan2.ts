import type { GraphBuilder } from "../../graph/builder.ts";

/** The angle of the point `(x, y)`, in all four quarters; 0 of the origin. */
export function atan2(b: GraphBuilder, y: string, x: string): string {
  const zero = b.f32(0);
  const half = b.op("Where", [b.op("Less", [y, zero]), b.f32(-Math.PI), b.f32(Math.PI)]);
  const turn = b.op("Where", [b.op("Less", [x, zero]), half, zero]);
  const angle = b.op("Add", [b.op("Atan", [b.op("Div", [y, x])]), turn]);
  const isOrigin = b.op("And", [b.op("Equal", [x, zero]), b.op("Equal", [y, zero])]);
  return b.op("Where", [isOrigin, zero, angle]);
}
