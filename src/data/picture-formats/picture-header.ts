/** What the head of a picture file says, before any pixel is decoded. */
export interface PictureHeader {
  /** Pixels across, as stored. */
  readonly width: number;
  /** Pixels down, as stored. */
  readonly height: number;
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
  /** Inks or paints in the file; everything but "cmyk" decodes to RGB. */
  readonly color: "rgb" | "grey" | "cmyk" | "palette";
  /** Bits of one channel. */
  readonly bits: number;
  readonly alpha: boolean;
}

/** What most headers say nothing of. */
export const upright = { orientation: 1, bits: 8, alpha: false } as const;

/** What becomes of a picture's pixels on the way to RGB bytes, in words. */
export function stepsOf(header: PictureHeader, strayBytes = false): string[] {
  return [
    ...(strayBytes ? ["stray bytes between its segments passed over"] : []),
    ...(header.bits > 8 ? ["16 bits to their high byte"] : []),
    ...(header.color === "rgb"
      ? []
      : [`${header.color === "cmyk" ? "CMYK" : header.color} to RGB`]),
  ];
}
