import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { emptyFolder, striate } from "./command-line.ts";
import { hashOfRun } from "./hash-of-run.ts";

// A run over a data set as its user runs it: several processes, killed ones, files that are cut.
const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const main = path("dist/cli/main.js");
const model = path("fixtures/data/census/model.keras");
const census = ["census", model, "shapes", "--limit", "600", "--top", "4", "--sheets", "1"];
const manifestOf = (out: string) => join(out, "run", "manifest.json");

function start(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  stderr: "ignore" | "pipe" = "ignore",
): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", "ignore", stderr],
    detached: true,
    env: { ...process.env, ...env },
  });
}

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.on("exit", () => resolve());
  });

describe("a run over a data set", () => {
  const first = join(emptyFolder(), "out");
  let expected: string;
  beforeAll(() => {
    const { code, out, err } = striate([...census, "--out", first, "--workers", "1"]);
    expect(code, err).toBe(0);
    expect(out).toContain("600 photos");
    expect(err).toContain("600 photos in 10 shards of 64");
    expected = hashOfRun(first);
  });

  it("says once that a shard fails every time, whichever worker comes to it", () => {
    const out = join(emptyFolder(), "out");
    // No file can take the place of a folder.
    mkdirSync(join(out, "run/shards/000001.part/in-the-way"), { recursive: true });
    const { code, err } = striate([...census, "--out", out, "--workers", "2"]);
    expect(code).toBe(1);
    expect(err.match(/shard 2 failed 3 times: .*mend it/g), err).toHaveLength(1);
  });

  it.each(["2", "8"])("is the same to the byte by %s workers", (workers) => {
    const out = join(emptyFolder(), "out");
    const { code, err } = striate([...census, "--out", out, "--workers", workers]);
    expect(code, err).toBe(0);
    expect(hashOfRun(out)).toBe(expected);
    // Nothing is computed again, and the result is written anew.
    expect(striate([...census, "--out", out]).code).toBe(0);
    expect(hashOfRun(out)).toBe(expected);
  });

  it("is the same by shares, in any order, by hand and by the variables of a cluster", async () => {
    const out = join(emptyFolder(), "out");
    const part = striate([...census, "--out", out, "--shard", "3/3"]);
    expect(part.out).toContain("3 of 10 shards are done; when all are: striate run");
    const early = striate(["run", manifestOf(out), "--merge"]);
    expect([early.code, early.err]).toEqual([
      1,
      expect.stringContaining("7 of 10 shards are not done: 1, 2, 4"),
    ]);
    const slurm = { SLURM_ARRAY_TASK_ID: "1", SLURM_ARRAY_TASK_COUNT: "3" };
    const kubernetes = { JOB_COMPLETION_INDEX: "0", JOB_COMPLETIONS: "3" };
    await Promise.all(
      [slurm, kubernetes].map((env) => ended(start(["run", manifestOf(out), "--worker"], env))),
    );
    const { code, err } = striate(["run", manifestOf(out), "--merge"]);
    expect(code, err).toBe(0);
    expect(hashOfRun(out)).toBe(expected);
  });

  it("is the same by the files of deploy/, with the variables that Slurm and Kubernetes set", async () => {
    const out = join(emptyFolder(), "out");
    expect(striate([...census, "--out", out, "--shard", "1/1000"]).code).toBe(0);
    // The command as it is installed.
    const bin = emptyFolder();
    writeFileSync(join(bin, "striate"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    chmodSync(join(bin, "striate"), 0o755);
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
    const run = (command: string, args: readonly string[], more: NodeJS.ProcessEnv) =>
      spawn(command, args, { stdio: "ignore", env: { ...env, ...more } });
    const script = path("deploy/striate.sbatch");
    expect(readFileSync(script, "utf8")).toMatch(/#SBATCH --array=0-31/);
    // An array of two tasks that begins at 4, as sbatch --array=4-5 makes it.
    const slurm = ["4", "5"].map((id) =>
      run("bash", [script, manifestOf(out)], {
        ...{ SLURM_ARRAY_TASK_ID: id, SLURM_ARRAY_TASK_MIN: "4", SLURM_ARRAY_TASK_COUNT: "2" },
      }),
    );
    await Promise.all(slurm.map(ended));
    expect(slurm.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(striate(["run", manifestOf(out), "--merge"]).code).toBe(0);
    expect(hashOfRun(out)).toBe(expected);
    // A pod does what the job says; all is done by now, and it ends.
    const job = readFileSync(path("deploy/job.yaml"), "utf8");
    const args = JSON.parse(/args: (\[.*\])/.exec(job)![1]!) as string[];
    expect(args).toEqual(["run", "/shared/cats/run/manifest.json", "--worker"]);
    expect(/completions: (\d+)/.exec(job)![1]).toBe(
      /JOB_COMPLETIONS\s+value: "(\d+)"/.exec(job)![1],
    );
    const pod = run("striate", [args[0]!, manifestOf(out), args[2]!], {
      ...{ JOB_COMPLETION_INDEX: "7", JOB_COMPLETIONS: "8" },
    });
    await ended(pod);
    expect(pod.exitCode).toBe(0);
  });

  it("goes on where it was killed, at whatever moment", async () => {
    const out = join(emptyFolder(), "out");
    // As many of 20 as half a minute allows; four at least.
    const until = Date.now() + 30_000;
    for (let round = 0; round < 20 && (round < 4 || Date.now() < until); round++) {
      const child = start([...census, "--out", out, "--workers", "2"]);
      await sleep(200 + ((round * 397) % 1400));
      // The coordinator with its workers: all of them at once.
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // It was done before.
      }
      await ended(child);
    }
    const { code, err } = striate([...census, "--out", out, "--workers", "2"]);
    expect(code, err).toBe(0);
    expect(hashOfRun(out)).toBe(expected);
  });

  it("says that a shared folder went away, and goes on when it is there again", async () => {
    const out = join(emptyFolder(), "out");
    const [here, away] = [join(out, "run"), join(out, "away")];
    const child = start([...census, "--out", out, "--workers", "2"], {}, "pipe");
    let said = "";
    child.stderr!.on("data", (text: Buffer) => (said += String(text)));
    const done = () => {
      try {
        return readdirSync(join(here, "shards")).filter((name) => name.endsWith(".done")).length;
      } catch {
        return 0;
      }
    };
    while (done() < 2 && child.exitCode === null) await sleep(20);
    renameSync(here, away);
    await ended(child);
    expect(child.exitCode).toBe(1);
    expect(said).toContain("the folder of the run is gone");
    expect(said).toContain("bring it back and run the command again");
    // Nobody made an empty one in its place.
    expect(existsSync(join(here, "manifest.json"))).toBe(false);
    rmSync(here, { recursive: true, force: true });
    renameSync(away, here);
    const { code, err } = striate([...census, "--out", out, "--workers", "2"]);
    expect(code, err).toBe(0);
    expect(hashOfRun(out)).toBe(expected);
  });

  it("computes a cut result again, and says so", () => {
    truncateSync(join(first, "run", "shards", "000003.part"), 1000);
    const { code, err } = striate([...census, "--out", first, "--workers", "1"]);
    expect([code, err]).toEqual([0, expect.stringContaining("are cut or changed")]);
    expect(hashOfRun(first)).toBe(expected);
  });

  it("refuses what would mix two runs, in a sentence", async () => {
    const other = striate([...census, "--value", "mean", "--out", first]);
    expect([other.code, other.err]).toEqual([
      1,
      expect.stringContaining('holds another run: value "max", now "mean"; give another --out'),
    ]);
    const child = start([...census, "--seed", "7", "--out", `${first}2`]);
    while (!existsSync(join(`${first}2`, "run", "claims", "run.lock"))) await sleep(20);
    const second = striate(["run", manifestOf(`${first}2`)]);
    expect([second.code, second.err]).toEqual([
      1,
      expect.stringContaining("follows this run already"),
    ]);
    await ended(child);
    const manifest = readFileSync(manifestOf(first), "utf8");
    writeFileSync(manifestOf(first), manifest.replace(/"striate": "[^"]*"/, '"striate": "9.9.9"'));
    const version = striate(["run", manifestOf(first), "--worker"]);
    expect([version.code, version.err]).toEqual([
      1,
      expect.stringContaining("begun with striate 9.9.9, and this worker has"),
    ]);
  });
});
