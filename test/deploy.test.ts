import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { commands } from "../src/cli/commands/index.ts";
import { flagsOf } from "../src/cli/flags.ts";
import { shareOfJob } from "../src/runs/share.ts";

/** The reader of YAML that typedoc brings. */
const { parseAllDocuments } = createRequire(createRequire(import.meta.url).resolve("typedoc"))(
  "yaml",
) as {
  parseAllDocuments(text: string): { errors: unknown[]; warnings: unknown[]; toJS(): unknown }[];
};

// Neither Docker nor a cluster is at hand: the files are held to what these demand of them.
const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const text = (name: string) => readFileSync(path(name), "utf8");
const own = JSON.parse(text("package.json")) as {
  name: string;
  bin: Record<string, string>;
  peerDependencies: Record<string, string>;
  scripts: Record<string, string>;
};

/** What is read of a Job. */
interface Job {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly completionMode: string;
    readonly completions: number;
    readonly parallelism: number;
    readonly backoffLimitPerIndex: number;
    readonly template: { readonly spec: Pod };
  };
}

interface Pod {
  readonly restartPolicy: string;
  readonly securityContext: { readonly fsGroup: number };
  readonly volumes: readonly { readonly name: string }[];
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string; readonly value: unknown }[];
    readonly resources: Readonly<Record<"requests" | "limits", Record<string, unknown>>>;
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
}

/** A command line that striate knows. */
async function expectCommand([name, ...rest]: readonly string[]): Promise<void> {
  const { fields } = await commands[name!]!();
  const known = flagsOf(fields)
    .map(({ notation }) => notation)
    .join(" ");
  for (const flag of rest.filter((word) => word.startsWith("--"))) expect(known).toContain(flag);
}

it("job.yaml is an Indexed Job as Kubernetes takes it", async () => {
  const [document, ...others] = parseAllDocuments(text("deploy/job.yaml"));
  expect(others).toEqual([]);
  expect(document!.errors.concat(document!.warnings)).toEqual([]);
  const { apiVersion, kind, metadata, spec } = document!.toJS() as Job;
  expect([apiVersion, kind]).toEqual(["batch/v1", "Job"]);
  // A DNS label; the pods' names are longer by the index and five letters.
  expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/);
  // https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/
  const known = [
    "completions",
    "parallelism",
    "completionMode",
    "backoffLimitPerIndex",
    "template",
  ];
  const more = ["activeDeadlineSeconds", "backoffLimit", "maxFailedIndexes", "suspend"];
  for (const key of Object.keys(spec))
    expect([...known, ...more, "ttlSecondsAfterFinished"]).toContain(key);
  expect(spec.completionMode).toBe("Indexed");
  expect(Number.isInteger(spec.completions) && spec.completions > 0).toBe(true);
  expect(spec.parallelism).toBeLessThanOrEqual(spec.completions);
  // backoffLimitPerIndex is for Indexed jobs whose pods are not started again by themselves.
  expect(spec.backoffLimitPerIndex).toBeGreaterThanOrEqual(0);
  const { restartPolicy, securityContext, containers, volumes } = spec.template.spec;
  expect(restartPolicy).toBe("Never");
  // The image's user, who is to write into the folder.
  expect(securityContext).toEqual({ fsGroup: 1000 });
  const [worker] = containers;
  expect(worker!.image).toMatch(/^[a-z0-9./-]+:[\w.-]+$/);
  for (const [key, value] of Object.entries({
    ...worker!.resources.requests,
    ...worker!.resources.limits,
  }))
    expect(String(value), key).toMatch(/^\d+(\.\d+)?(m|[KMGT]i?)?$/);
  // Kubernetes takes no numbers here, and sets the index itself.
  for (const { value } of worker!.env) expect(typeof value).toBe("string");
  expect(worker!.env.map(({ name }) => name)).not.toContain("JOB_COMPLETION_INDEX");
  const variables = Object.fromEntries(worker!.env.map(({ name, value }) => [name, value]));
  const shares = Array.from({ length: spec.completions }, (_, index) =>
    shareOfJob({ ...variables, JOB_COMPLETION_INDEX: String(index) }),
  );
  expect(shares).toEqual(
    Array.from({ length: spec.completions }, (_, index) => ({
      ...{ name: "Kubernetes", index, of: spec.completions },
    })),
  );
  const mounted = worker!.volumeMounts.map(({ name }) => name);
  expect(volumes.map(({ name }) => name)).toEqual(mounted);
  expect(worker!.args[1]!.startsWith(`${worker!.volumeMounts[0]!.mountPath}/`)).toBe(true);
  await expectCommand(worker!.args);
});

it("striate.sbatch is a script with directives that Slurm knows", async () => {
  const script = text("deploy/striate.sbatch");
  expect(spawnSync("bash", ["-n", path("deploy/striate.sbatch")]).status).toBe(0);
  const lines = script.split("\n");
  expect(lines[0]).toBe("#!/bin/bash");
  const directives = lines.filter((line) => line.startsWith("#SBATCH"));
  const lastDirective = lines.findLastIndex((line) => line.startsWith("#SBATCH"));
  // sbatch reads no further than the first command.
  expect(lastDirective).toBeLessThan(
    lines.findIndex((line) => line !== "" && !line.startsWith("#")),
  );
  // https://slurm.schedmd.com/sbatch.html
  const known: Record<string, RegExp> = {
    ...{
      "job-name": /^\w+$/,
      array: /^\d+-\d+(%\d+)?$/,
      "cpus-per-task": /^\d+$/,
      mem: /^\d+[KMGT]$/,
    },
    ...{ time: /^[\d:-]+$/, partition: /^\w+$/, output: /^\S+$/, requeue: /^$/ },
  };
  for (const directive of directives) {
    const [, name, value = ""] = /^#SBATCH --([a-z-]+)(?:=(\S+))?$/.exec(directive)!;
    expect(Object.keys(known), directive).toContain(name);
    expect(value, directive).toMatch(known[name!]!);
  }
  const [, words] = /^exec striate (.*)$/m.exec(script)!;
  await expectCommand(words!.replace(/"\$\{1:\?[^}]*\}"/, "manifest.json").split(" "));
});

it("the Dockerfile builds from what is there, and starts the command", () => {
  const instructions = text("deploy/Dockerfile")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => /^([A-Z]+) (.*)$/.exec(line)!.slice(1) as [string, string]);
  const words = ["FROM", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD", "ENV", "ARG"];
  for (const [instruction] of instructions) expect(words).toContain(instruction);
  expect(instructions[0]![0]).toBe("FROM");
  const stages = instructions.flatMap(([, rest]) => / AS (\w+)$/.exec(rest)?.[1] ?? []);
  for (const [, rest] of instructions.filter(([instruction]) => instruction === "COPY")) {
    const [, stage, source] = /^(?:--from=(\w+) )?(\S+) \S+$/.exec(rest)!;
    if (stage) expect(stages).toContain(stage);
    else expect(existsSync(path(source!)), source).toBe(true);
  }
  const rest = (wanted: string) =>
    instructions.filter(([instruction]) => instruction === wanted).map((each) => each[1]);
  // npm pack calls its file by name and version, and `prepare` builds what is packed.
  const [build, install] = rest("RUN") as [string, string];
  expect(build).toContain("npm pack --silent --pack-destination /tmp");
  expect(install).toContain(`/tmp/${own.name}-*.tgz`);
  expect(own.scripts["prepare"]).toContain("scripts/build.mjs");
  for (const file of own.scripts["prepare"]!.match(/scripts\S+\.mjs/g)!)
    expect(existsSync(path(file)), file).toBe(true);
  // What the image leaves out, a build makes itself: it copies nothing of it.
  const left = text("deploy/Dockerfile.dockerignore")
    .split("\n")
    .filter((line) => /^[\w.]/.test(line));
  expect(left.sort()).toEqual([".cache", ".git", "dist", "node_modules"]);
  const engine = /onnxruntime-node@(\S+)/.exec(install)![1]!;
  expect(own.peerDependencies["onnxruntime-node"]).toBe(engine);
  for (const peer of ["bullmq", "ioredis"])
    expect(install.includes(` ${peer}`) && peer in own.peerDependencies, peer).toBe(true);
  const [entry] = JSON.parse(rest("ENTRYPOINT")[0]!) as string[];
  expect(own.bin[entry!]).toBe("dist/cli/main.js");
  // Built by `npm install`, and before the tests.
  expect(text(own.bin[entry!]!).startsWith("#!/usr/bin/env node")).toBe(true);
  expect(JSON.parse(rest("CMD")[0]!)).toEqual(["--help"]);
});
