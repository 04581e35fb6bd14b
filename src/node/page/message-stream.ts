import { pack } from "../../../app/engine/pack.ts";

/** A message as it goes to the page: its length, and the message packed. */
export function framed(message: unknown): Uint8Array<ArrayBuffer> {
  const bytes = pack(message);
  const whole = new Uint8Array(4 + bytes.length);
  new DataView(whole.buffer).setUint32(0, bytes.length, true);
  whole.set(bytes, 4);
  return whole;
}
