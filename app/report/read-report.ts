import { type BytesHandle, type Report, reportVersion } from "striate";

export type PageReport = Report<BytesHandle>;

/** The record that stands in the document. @throws Error in words where it is not for this page */
export function readReport(document: Document): PageReport {
  const text = document.getElementById("report")?.textContent;
  if (!text) throw new Error("this page holds no report: the file is not whole");
  const report = JSON.parse(text) as PageReport;
  if (report.version !== reportVersion)
    throw new Error(`this page shows reports of version ${reportVersion}, got ${report.version}`);
  return report;
}

const read = new Map<number, Promise<Uint8Array>>();

/** Bytes of the report, unpacked when they are first asked for. */
export function readBytes({ block }: BytesHandle): Promise<Uint8Array> {
  let bytes = read.get(block);
  if (!bytes) read.set(block, (bytes = unpack(block)));
  return bytes;
}

async function unpack(block: number): Promise<Uint8Array> {
  const packed = atob(document.getElementById(`block-${block}`)?.textContent ?? "");
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
