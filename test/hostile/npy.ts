/** A NumPy file of version 1 with a header of one's own. */
export function hostileHeader(text: string, body: Uint8Array): Uint8Array {
  const header = new TextEncoder().encode(`${text}\n`);
  const file = new Uint8Array(10 + header.length + body.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  file.set(header, 10);
  file.set(body, 10 + header.length);
  return file;
}
