// Builds dist/: one bundle for each entry point, with shared chunks, so that a command starts fast;
// packages stay outside the bundle. Types are written beside it when TypeScript is at hand.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build as viteBuild, loadConfigFromFile } from "vite";
import { buildElement } from "./element.mjs";
import { trimTypes } from "./trim-types.mjs";
import { isBuilt } from "./is-built.mjs";
import { buildReportPage } from "./report-page.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
// What the tests build is what users get: under Vitest, Svelte would be built for its developers.
process.env.NODE_ENV = "production";
if (process.env.npm_lifecycle_event === "prepare" && isBuilt()) process.exit(0);
// Built beside and then renamed, so that whoever runs the command meanwhile finds it whole.
const beside = `.dist-${process.pid}`;
process.on("exit", () => rmSync(beside, { recursive: true, force: true }));

const { config: page } = await loadConfigFromFile(
  { command: "build", mode: "production" },
  "app/vite.config.ts",
);
const entries = [
  "src/index.ts",
  "src/cli/main.ts",
  "src/runtime/node/train-worker.ts",
  "src/node/pictures/draw-worker.ts",
].filter((file) => existsSync(file));

const common = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: "esm",
  packages: "external",
  chunkNames: "chunks/[name]-[hash]",
  logLevel: "warning",
  external: ["#report-page"],
  // The package is for use; who looks into striate takes its sources.
  minify: true,
};
await build({
  ...common,
  entryPoints: entries,
  outdir: beside,
  outbase: "src",
  platform: "node",
  target: "node20",
  // ONNX Runtime's builds for pages fetch their WebAssembly, which Node's fetch cannot from a disk.
  alias: {
    "#platform": "./src/node/platform.ts",
    "onnxruntime-web/wasm": "onnxruntime-web",
    striate: "./src/index.ts",
  },
});
// The same library over the other platform, module by module: a bundler that makes a page of it takes what the
// page uses, and keeps what is loaded when it is needed apart.
await buildWeb(["src/index.ts", "src/runtime/web/train-worker.ts"], "src/web/platform.ts");

/** Writes each module that the entries reach, with `#platform` for the given one. */
async function buildWeb(entries, platform) {
  const web = {
    absWorkingDir: root,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "warning",
    minify: true,
  };
  const { metafile } = await build({
    ...web,
    ...{ entryPoints: entries, bundle: true, splitting: true, outdir: beside, write: false },
    ...{
      packages: "external",
      external: common.external,
      metafile: true,
      alias: { "#platform": `./${platform}` },
    },
  });
  const { outputFiles } = await build({
    ...web,
    ...{
      entryPoints: Object.keys(metafile.inputs),
      outdir: `${beside}/web`,
      outbase: "src",
      write: false,
    },
  });
  for (const { path, text } of outputFiles) {
    const to = relative(dirname(path), join(root, beside, "web", platform.slice("src/".length)));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      text
        .replace(/(\bfrom ?|\bimport\()"#platform"/g, `$1"${to.startsWith(".") ? to : `./${to}`}"`)
        .replace(/(\bfrom ?|\bimport ?|\bimport\(|\bURL\()"(\.{1,2}\/[^"]+)\.ts"/g, '$1"$2.js"'),
    );
  }
}

// The page that shows a report, as one text.
const reportPage = `${beside}/report-page.js`;
writeFileSync(
  reportPage,
  `export const page = ${JSON.stringify(await buildReportPage(root, page))};\n`,
);

// The element that others put into their pages.
await buildElement(root, join(root, beside));
copyFileSync("app/element/element.d.ts", `${beside}/element.d.ts`);

// The page, as `striate serve` and `striate build-page` give it out.
await viteBuild({
  ...page,
  configFile: false,
  resolve: {
    ...page.resolve,
    alias: { ...page.resolve.alias, "#report-page": join(root, reportPage) },
  },
  build: { ...page.build, outDir: join(root, beside, "app") },
});

// That page keeps the text of a report's page in a module of its own, which serves the library as well: once is enough.
const kept = readdirSync(`${beside}/app/assets`).find((name) => name.startsWith("report-page-"));
writeFileSync(reportPage, `export { page } from "./app/assets/${kept}";\n`);

// The demo's photos, with the licences under which their packages publish them.
mkdirSync(`${beside}/demo`, { recursive: true });
const notices = ["dog", "cat"].map((animal) => {
  const folder = `node_modules/${animal}-picture`;
  copyFileSync(`${folder}/${animal}.jpg`, `${beside}/demo/${animal}.jpg`);
  const { name, version, license, author } = JSON.parse(
    readFileSync(`${folder}/package.json`, "utf8"),
  );
  const text = existsSync(`${folder}/LICENSE`)
    ? `\n${readFileSync(`${folder}/LICENSE`, "utf8")}`
    : "";
  return `${animal}.jpg is from the npm package ${name} ${version} by ${author?.name ?? author ?? "its authors"}, licence ${license}.\n${text}`;
});
writeFileSync(`${beside}/demo/LICENSES.txt`, notices.join("\n"));

// The licence of the typeface that is drawn into pictures.
copyFileSync("src/plot/font/OFL.txt", `${beside}/OFL.txt`);

rmSync("dist", { recursive: true, force: true });
renameSync(beside, "dist");

// What --help prints, of the whole and of each command, so that asking for it loads none of them.
const [, runChunk] =
  /import\("\.\.\/(chunks\/run-[^"]+)"\)/.exec(readFileSync("dist/cli/main.js", "utf8")) ?? [];
const askAll = `
  import { writeFileSync } from "node:fs";
  const { commandNames, runCommandLine } = await import(${JSON.stringify(pathToFileURL(`dist/${runChunk}`).href)});
  let text = "";
  process.stdout.write = (piece, ...rest) => { text += piece; rest.at(-1)?.(); return true; };
  const ask = async (...args) => {
    text = "";
    if (await runCommandLine(args) !== 0) throw new Error("no help for " + args.join(" "));
    return text;
  };
  const whole = await ask("--help");
  const help = { "": whole };
  for (const name of await commandNames()) help[name] = await ask(name, "--help");
  writeFileSync("dist/cli/help.json", JSON.stringify(help));
`;
const help = spawnSync(process.execPath, ["--input-type=module", "-e", askAll], {
  encoding: "utf8",
  env: { ...process.env, COLUMNS: "80" },
});
if (help.status !== 0) throw new Error(`the built command does not run: ${help.stderr}`);

if (process.argv.includes("--types") || process.env.npm_command === "pack") {
  const { status } = spawnSync(
    process.execPath,
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.types.json"],
    { stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
  if (status === 0) trimTypes("dist/types");
}
