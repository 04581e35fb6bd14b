import { joinBytes } from "../base/join-bytes.ts";
import { encodeBase64 } from "../plot/base64.ts";
import type { Deflate } from "../plot/png/png-file.ts";
import type { Report } from "./report.ts";

/** A report as text: its words as JSON, its bytes as base64 of zlib streams (RFC 1950). */
export interface PackedReport {
  /** The record with a {@link BytesHandle} in place of bytes. */
  readonly json: string;
  readonly blocks: readonly string[];
}

/** Where bytes stand in a packed report. */
export interface BytesHandle {
  /** The number of their block. */
  readonly block: number;
}

/** Packs a report. Bytes that stand in it several times are packed once. */
export async function packReport(report: Report, deflate: Deflate): Promise<PackedReport> {
  const numbers = new Map<Uint8Array, number>();
  const json = JSON.stringify(report, (_, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value;
    const block = numbers.get(value) ?? numbers.size;
    numbers.set(value, block);
    return { block } satisfies BytesHandle;
  });
  const blocks = await Promise.all(
    [...numbers.keys()].map(async (bytes) => encodeBase64(joinBytes(await deflate([bytes])))),
  );
  return { json, blocks };
}
