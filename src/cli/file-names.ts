/**
 * File names from any text: only characters that every file system takes, never empty, never a step
 * up, and no two the same (also where case does not count). `/` stays, so a name may have a folder.
 */
export function fileNames(wanted: readonly string[]): string[] {
  const taken = new Set<string>();
  return wanted.map((text) => {
    const parts = text.split("/").map((part) => safePart(part));
    let name = parts.join("/");
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${parts.join("/")}-${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function safePart(text: string): string {
  const safe = text
    .replace(/[\u0000-\u001f<>:"\\|?*\u007f]/g, "_")
    .replace(/^[.\s]+|[.\s]+$/g, "")
    .slice(0, 120);
  return safe === "" ? "_" : safe;
}
