import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { firstLookFile } from "../../../app/engine/first-look.ts";
import type { OutputFile } from "../files/write-files.ts";
import { firstLook } from "./first-look.ts";
import { pageFiles } from "./page-files.ts";
import { withMarks } from "./page-marks.ts";

/** The page as files for any web host. Its service worker knows all of them, by their content. */
export async function staticPage(
  folder: string,
  options: { webgpu: boolean },
): Promise<OutputFile[]> {
  const files = [...pageFiles(options)].map(
    ([address, path]) => [address, readFileSync(path)] as const,
  );
  files.push([firstLookFile, Buffer.from(await firstLook())]);
  const digest = createHash("sha256");
  for (const [, bytes] of files) digest.update(bytes);
  const version = `striate-${digest.digest("hex").slice(0, 16)}`;
  const kept = files.map(([address]) => address).filter((address) => address !== "sw.js");
  const changed: Readonly<Record<string, (text: string) => string>> = {
    "sw.js": (script) => filledIn(script, version, kept),
    "index.html": (html) => withMarks(html, options.webgpu ? ["webgpu"] : []),
  };
  return files.map(([address, bytes]) => ({
    path: join(folder, address),
    bytes: changed[address]?.(bytes.toString("utf8")) ?? bytes,
  }));
}

function filledIn(script: string, version: string, files: readonly string[]): string {
  return script
    .replace('"unbuilt"', JSON.stringify(version))
    .replace("const files = []", `const files = ${JSON.stringify(files)}`);
}
