/**
 * A map of the plane onto itself: point (x, y) goes to `(a x + b y + c, d x + e y + f)`. Coordinates are
 * continuous: pixel `i` reaches from `i` to `i + 1`, its centre is at `i + 0.5`.
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** A rectangle between two edges each way, in pixels; not whole ones in general. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const identityAffine: Affine = [1, 0, 0, 0, 1, 0];

/** What stretches a plane of one size over one of another. */
export function scaleAffine(
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): Affine {
  return [to.width / from.width, 0, 0, 0, to.height / from.height, 0];
}

/** Where a point goes. */
export function moved([a, b, c, d, e, f]: Affine, x: number, y: number): [x: number, y: number] {
  return [a * x + b * y + c, d * x + e * y + f];
}

/** First `first`, then `second`. */
export function composeAffine(first: Affine, second: Affine): Affine {
  const [a, b, , d, e] = second;
  const [c, f] = moved(second, first[2], first[5]);
  return [
    a * first[0] + b * first[3],
    a * first[1] + b * first[4],
    c,
    d * first[0] + e * first[3],
    d * first[1] + e * first[4],
    f,
  ];
}

/** The map that brings every point back. @throws RangeError for one that flattens the plane */
export function invertAffine([a, b, c, d, e, f]: Affine): Affine {
  const area = a * e - b * d;
  if (area === 0) throw new RangeError("this affine map has no inverse");
  return [e / area, -b / area, (b * f - c * e) / area, -d / area, a / area, (c * d - a * f) / area];
}

/** The smallest upright rectangle that holds where a rectangle goes. */
export function movedRectangle(map: Affine, { left, top, right, bottom }: Rectangle): Rectangle {
  const [a, b, c, d, e, f] = map;
  return {
    left: Math.min(a * left, a * right) + Math.min(b * top, b * bottom) + c,
    top: Math.min(d * left, d * right) + Math.min(e * top, e * bottom) + f,
    right: Math.max(a * left, a * right) + Math.max(b * top, b * bottom) + c,
    bottom: Math.max(d * left, d * right) + Math.max(e * top, e * bottom) + f,
  };
}
