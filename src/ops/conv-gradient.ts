import type { GradientContext } from "./define-op.ts";
import type { ConvAttributes, ConvTransposeAttributes } from "./conv.ts";

export function convGradient(_context: GradientContext<ConvAttributes>): (string | null)[] {
  return [];
}
export function convTransposeGradient(
  _context: GradientContext<ConvTransposeAttributes>,
): (string | null)[] {
  return [];
}
