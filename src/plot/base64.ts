const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const letters = new TextEncoder().encode(alphabet);
const padding = "=".charCodeAt(0);
const values = new Uint8Array(128);
for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i;

/** Bytes as base64 text with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3)).fill(padding);
  for (let i = 0, at = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text[at++] = letters[word >> 18]!;
    text[at++] = letters[(word >> 12) & 63]!;
    if (i + 1 < bytes.length) text[at] = letters[(word >> 6) & 63]!;
    at++;
    if (i + 2 < bytes.length) text[at] = letters[word & 63]!;
    at++;
  }
  return new TextDecoder().decode(text);
}

/** The bytes of base64 text that we wrote ourselves; it is not checked for foreign characters. */
export function decodeBase64(text: string): Uint8Array {
  const missing = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - missing);
  for (let i = 0, at = 0; i < text.length; i += 4) {
    const word =
      (values[text.charCodeAt(i)]! << 18) |
      (values[text.charCodeAt(i + 1)]! << 12) |
      (values[text.charCodeAt(i + 2)]! << 6) |
      values[text.charCodeAt(i + 3)]!;
    bytes[at++] = word >> 16;
    bytes[at++] = (word >> 8) & 255;
    bytes[at++] = word & 255;
  }
  return bytes;
}
