import { withoutUnsafe } from "../base/printable.ts";

/**
 * File names from any text: only characters that every file system takes, never empty, never a step
 * up, and no two the same (also where case does not count). `/` stays, so a name may have a folder.
 */
export function fileNames(wanted: readonly string[]): string[] {
  const taken = new Set<string>();
  /** The number that is tried next where a name is taken. */
  const next = new Map<string, number>();
  return wanted.map((text) => {
    const plain = text
      .split("/")
      .map((part) => safePart(part))
      .join("/");
    let name = plain;
    for (let n = next.get(plain) ?? 2; taken.has(folded(name)); n++) {
      name = `${plain}-${n}`;
      next.set(plain, n + 1);
    }
    taken.add(folded(name));
    return name;
  });
}

/** A name as a file system sees it that knows no case, and one form of each letter. */
const folded = (name: string): string => name.normalize("NFC").toLowerCase();

/** Bytes that a part may have: with an ending and a number it stays below the 255 that file systems take. */
const mostBytes = 200;

function safePart(text: string): string {
  const safe = withoutUnsafe(text, "_")
    .replace(/[<>:"\\|?*]/g, "_")
    .replace(/^[.\s]+|[.\s]+$/g, "");
  let bytes = 0;
  let cut = "";
  for (const letter of safe.slice(0, 120)) {
    bytes += new TextEncoder().encode(letter).length;
    if (bytes > mostBytes) break;
    cut += letter;
  }
  if (cut === "") return "_";
  // On Windows these are devices, whatever ending follows.
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(cut) ? `_${cut}` : cut;
}
