/** What a decoder gives: RGB bytes, row by row from the top left. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** `height * width * 3` bytes. */
  readonly data: Uint8Array;
  /** Whether the file had an alpha channel, which was dropped. */
  readonly alpha: boolean;
  /** Whether the decoder has turned it upright. */
  readonly upright?: boolean;
}
