/**
 * Names of classes from a text: one a line, or separated by commas on one line. The number that
 * Teachable Machine and others write in front (`0 cat`, `0: 'tench'`) and a WordNet id are taken off.
 */
export function parseLabels(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^[{}]$/.test(line));
  if (lines.length === 1 && lines[0]!.includes(",") && !/^n\d{8} /.test(lines[0]!))
    return lines[0]!.split(",").map((name) => name.trim());
  const numbered = lines.every((line, i) => new RegExp(`^\\{?\\s*${i}\\s*[:\\s]`).test(line));
  return lines.map((line) => {
    const bare = numbered ? line.replace(/^\{?\s*\d+\s*:?\s*/, "") : line;
    return bare
      .replace(/^n\d{8}\s+/, "")
      .replace(/[,}]*$/, "")
      .replace(/^(['"])(.*)\1$/, "$2");
  });
}
