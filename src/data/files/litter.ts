/** Names that systems and tools leave behind in folders and archives, in lower case. */
const systemNames = new Set([
  "__macosx",
  "thumbs.db",
  "ehthumbs.db",
  "desktop.ini",
  "$recycle.bin",
  "system volume information",
  "@eadir",
  "lost+found",
]);

/**
 * Whether a path (with `/` between its parts) names something that no person put there: a part that
 * begins with a dot, or one of the systems' own files and folders. It is passed over without a word.
 */
export function isLitter(path: string): boolean {
  return path
    .split("/")
    .some((name) => name.startsWith(".") || systemNames.has(name.toLowerCase()));
}
