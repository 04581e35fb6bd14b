import { Zlib } from "fflate";
import { type Deflate, pngLevel } from "../plot/png/png-file.ts";

/** zlib in JavaScript, so that every browser gives the same bytes. */
export const zlibStream: Deflate = (pieces) => {
  const compressed: Uint8Array[] = [];
  const stream = new Zlib({ level: pngLevel }, (piece) => compressed.push(piece));
  for (const piece of pieces) stream.push(piece);
  stream.push(new Uint8Array(0), true);
  return Promise.resolve(compressed);
};
