import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { beforeAll, describe, expect, it } from "vitest";

// The package as npm makes it: its size, its doors, and its types where nothing of a library is skipped.

const root = fileURLToPath(new URL("..", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "striate-package-"));
const packed = join(project, "node_modules", "striate");

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    ...{ cwd, encoding: "utf8" },
    env: { ...process.env, npm_config_ignore_scripts: "true" },
  });
  expect(`${stdout}${stderr}`, `${command} ${args.join(" ")}: ${status}`).toBeDefined();
  return status === 0 ? stdout : `exit ${status}: ${stdout}${stderr}`;
}

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The folders of the packages that come with striate, as the lock file has them and this system installs them. */
function neededPackages(): Set<string> {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Set<string>();
  const visit = (from: string): void => {
    const { dependencies, optionalDependencies } = packages[from] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      let place = from;
      while (place !== "" && !(`${place}/node_modules/${name}` in packages))
        place = place.slice(0, Math.max(0, place.lastIndexOf("node_modules/") - 1));
      const path = `${place === "" ? "" : `${place}/`}node_modules/${name}`;
      if (found.has(path) || !existsSync(join(root, path))) continue;
      found.add(path);
      visit(path);
    }
  };
  visit("");
  return found;
}

const bin = (name: string) => join(root, "node_modules", ".bin", name);

beforeAll(async () => {
  mkdirSync(packed, { recursive: true });
  for (const part of ["package.json", "README.md", "LICENSE", "dist", "models"])
    cpSync(join(root, part), join(packed, part), { recursive: true });
  const types = join(packed, "dist", "types");
  const made = run(bin("tsc"), ["-p", "tsconfig.types.json", "--outDir", types], root);
  expect(made).toBe("");
  const script = join(root, "scripts", "trim-types.mjs");
  const { trimTypes } = (await import(script)) as {
    trimTypes(folder: string): void;
  };
  trimTypes(types);
  // What a user has: all but the native engine, which nobody asked for.
  for (const name of readdirSync(join(root, "node_modules")))
    if (!/^(\.|@types$|striate|onnxruntime-node$)/.test(name))
      symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  mkdirSync(join(project, "node_modules", "@types"));
  symlinkSync(
    join(root, "node_modules", "@types", "node"),
    join(project, "node_modules", "@types", "node"),
  );
}, 300_000);

describe("the package", () => {
  it("takes less than 5 MB to fetch", () => {
    const answer = run("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], packed);
    const [{ size, files }] = JSON.parse(answer) as [{ size: number; files: { path: string }[] }];
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["dist/index.js", "dist/web/index.js", "models/cat_vs_dog.h5"]),
    );
    expect(size).toBeLessThan(5_000_000);
  }, 300_000);

  it("is one that publint and attw find nothing wrong with", async () => {
    const { messages } = await publint({ pkgDir: packed, pack: false });
    expect(messages).toEqual([]);
    const answer = run(bin("attw"), ["--pack", ".", "--profile", "esm-only", "--no-color"], packed);
    expect(answer).not.toMatch(/^exit/);
  }, 300_000);

  it.each([
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])(
    "has types that pass without skipLibCheck, module %s and %s",
    (module, moduleResolution) => {
      writeFileSync(
        join(project, "user.ts"),
        'import { loadModel, readImage, type Model } from "striate";\n' +
          'const model: Model = await loadModel("cat.h5");\n' +
          'console.log((await model.classify(await readImage("cat.jpg")))[0]?.label);\n',
      );
      writeFileSync(join(project, "package.json"), '{ "type": "module" }');
      const compilerOptions = {
        ...{ strict: true, skipLibCheck: false, noEmit: true, target: "es2022", types: ["node"] },
        ...{ module, moduleResolution, lib: ["es2022", "dom", "esnext.disposable"] },
      };
      const config = JSON.stringify({ compilerOptions, files: ["user.ts"] });
      writeFileSync(join(project, "tsconfig.json"), config);
      expect(run(bin("tsc"), ["-p", "."], project)).toBe("");
    },
    300_000,
  );

  it("takes less than 350 MB with all that it needs", () => {
    const kilobytes = [...neededPackages()].map((path) => {
      const said = run("du", ["-sk", "--exclude=node_modules", join(root, path)], root);
      return Number.parseInt(said, 10);
    });
    expect(kilobytes.length).toBeGreaterThan(30);
    expect(kilobytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(350_000);
  });

  it("computes in WebAssembly where nobody installed the native engine, and says how to get it", () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(packed, "dist", "cli", "main.js"), "demo"],
      { cwd: project, encoding: "utf8" },
    );
    expect(stderr.replaceAll(/^drawing .*\n/gm, "")).toBe(
      "networks run in WebAssembly, several times slower: the native engine is not installed; " +
        "to get it: npm install onnxruntime-node (behind a firewall with --ignore-scripts)\n",
    );
    expect(stdout).toContain("Dog 66.3 %, Cat 33.7 %");
    expect(status).toBe(0);
    const see = readFileSync(join(project, "striate-demo", "see.json"), "utf8");
    expect((JSON.parse(see) as { engine: string }).engine).toMatch(/^onnxruntime-web /);
  });

  it("wants the native engine from the tested version on, and has it in the checkout", () => {
    const read = (path: string) =>
      JSON.parse(readFileSync(join(root, path), "utf8")) as Record<string, Record<string, string>>;
    const { peerDependencies, peerDependenciesMeta } = read("package.json");
    const tested = read("scripts/native-engine/package.json").optionalDependencies!;
    expect(peerDependencies!["onnxruntime-node"]).toBe(`^${tested["onnxruntime-node"]}`);
    expect(peerDependenciesMeta!["onnxruntime-node"]).toEqual({ optional: true });
  });

  it("says nothing in its types that TypeScript 5.4 does not know", () => {
    const types = join(packed, "dist", "types");
    const odd = readdirSync(types, { recursive: true, encoding: "utf8" }).filter(
      (path) =>
        path.endsWith(".d.ts") &&
        // Arrays have had a type parameter from 5.7 on.
        /\b(Uint8|Int8|Uint16|Int16|Uint32|Int32|Float32|Float64|BigInt64|BigUint64)Array</.test(
          readFileSync(join(types, path), "utf8"),
        ),
    );
    expect(odd).toEqual([]);
  });
});
