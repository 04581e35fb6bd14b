/** A map of a layer, or one value of it. */
export interface Unit {
  readonly layer: string;
  readonly channel: number;
  readonly y?: number;
  readonly x?: number;
}

export const sameUnit = (a: Unit | undefined, b: Unit | undefined): boolean =>
  a === b || (a?.layer === b?.layer && a?.channel === b?.channel && a?.y === b?.y && a?.x === b?.x);

/** A part of a map or of a photo, in its own pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}
