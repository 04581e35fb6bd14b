/**
 * Compares two texts by code points, as Python's `sorted()` does: no locale, no number sense.
 * (JavaScript's own order goes by UTF-16 units and differs above U+FFFF.)
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++)
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      // Where the texts part inside a surrogate pair, the pair's first half was the same.
      const at = isLow(a.charCodeAt(i)) && isLow(b.charCodeAt(i)) && i > 0 ? i - 1 : i;
      return a.codePointAt(at)! - b.codePointAt(at)!;
    }
  return a.length - b.length;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
