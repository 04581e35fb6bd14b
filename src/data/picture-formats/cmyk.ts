/**
 * Turns cyan, magenta, yellow, black (0 = no ink) into RGB bytes, without a colour profile.
 *
 * Source: Pillow's `convert("RGB")`, which TensorFlow's JPEG reader matches within one level:
 * a channel is what is left of the paper, `(255 - K) - C (255 - K) / 255`, rounded.
 */
export function cmykToRgb(inks: Uint8Array): Uint8Array {
  const count = inks.length / 4;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    const paper = 255 - inks[4 * i + 3]!;
    for (let c = 0; c < 3; c++)
      rgb[3 * i + c] = paper - Math.round((inks[4 * i + c]! * paper) / 255);
  }
  return rgb;
}
