import { type Cursor, damaged } from "./cursor.ts";
import { type Message, messageType } from "./object-header.ts";

/**
 * The bytes of the element that stands wherever nothing was written; undefined for zeros.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.e and IV.A.2.f
 */
export function readFillValue(
  messages: readonly Message[],
  elementBytes: number,
): Uint8Array | undefined {
  const body = (wanted: number): Cursor | undefined =>
    messages.find(({ type }) => type === wanted)?.body.from(0);
  const own = body(messageType.fillValue);
  const value = own ? fromMessage(own) : fromOld(body(messageType.oldFillValue));
  if (value === undefined || value.length === 0) return undefined;
  if (value.length !== elementBytes)
    damaged(`a fill value has ${value.length} bytes, an element ${elementBytes}`);
  return value.some((byte) => byte !== 0) ? value : undefined;
}

function fromMessage(body: Cursor): Uint8Array | undefined {
  const version = body.u8();
  if (version < 1 || version > 3) damaged(`a fill value has version ${version}`);
  if (version === 3) {
    const flags = body.u8();
    return flags & 0x20 && ((flags >> 2) & 3) !== never ? body.take(body.u32()) : undefined;
  }
  body.skip(1); // when room is made
  const when = body.u8();
  const isDefined = body.u8() !== 0;
  return isDefined && when !== never ? body.take(body.u32()) : undefined;
}

/** Of the times at which elements are filled: then h5py finds zeros where nothing was written. */
const never = 1;

const fromOld = (body: Cursor | undefined): Uint8Array | undefined => body?.take(body.u32());
