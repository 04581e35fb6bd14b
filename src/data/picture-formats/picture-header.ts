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
