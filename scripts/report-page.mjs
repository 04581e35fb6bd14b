// Builds the page of a report: one HTML text with its script and its style in it, and marks where the title and
// the data go. The policy in its head lets nothing run or load but these.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { build } from "vite";

/** @param shared what the page, the report and the element share, of app/vite.config.ts */
export async function buildReportPage(root, shared) {
  const { output } = await build({
    ...shared,
    configFile: false,
    root: join(root, "app/report"),
    publicDir: false,
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      cssCodeSplit: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: join(root, "app/report/main.ts"),
        output: { format: "es", codeSplitting: false },
      },
    },
  });
  const script = output
    .find(({ type }) => type === "chunk")
    .code.trim()
    .replaceAll("<!--", "<\\!--");
  const style = String(output.find(({ fileName }) => fileName.endsWith(".css")).source).trim();
  if (/<\/(script|style)/i.test(script + style))
    throw new Error("the report's script would end its own element");
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "img-src blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="generator" content="striate">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    "<title><!--title--></title>",
    '<link rel="icon" href="data:,">',
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    '<div id="page"></div>',
    "<noscript>This report is drawn by the script in it; nothing of it leaves your computer.</noscript>",
    "<!--data-->",
    `<script type="module">${script}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
