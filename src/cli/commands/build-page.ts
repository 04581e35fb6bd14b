import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { formatBytes } from "../../base/text-table.ts";
import { maybeReadText } from "../../node/files/files.ts";
import { writeFilesAtomic } from "../../node/files/write-files.ts";
import { staticPage } from "../../node/page/static-page.ts";
import { defineCommand } from "../command.ts";
import { forceField } from "../options.ts";

export const buildPage = defineCommand({
  name: "build-page",
  group: "files",
  summary: "Write the page as static files, for any web host",
  arguments: [{ name: "<out>", help: "folder for the files" }],
  fields: {
    webgpu: field.boolean(false, {
      help: "also the engine for WebGPU, 7 MB more when compressed",
    }),
    force: forceField,
  },
  examples: ["striate build-page public", "npx http-server public"],
  async run([given], { webgpu, force }, io) {
    const out = given as string;
    if (!force) await refuseOtherFolder(out);
    const files = await staticPage(out, { webgpu });
    await writeFilesAtomic(files);
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
    io.out(
      `wrote the page to ${out}: ${files.length} files, ${formatBytes(bytes)}; all that it computes, it computes in the browser`,
    );
  },
});

/** A folder that holds something else is left alone. @throws StriateError */
async function refuseOtherFolder(out: string): Promise<void> {
  const found = await readdir(out).catch(() => []);
  if (found.length === 0) return;
  const index = await maybeReadText(join(out, "index.html"));
  if (index?.includes("<title>striate")) return;
  throw new StriateError(
    `${out}: holds other files; give an empty folder, or --force to write among them`,
  );
}
