import { parentPort, workerData } from "node:worker_threads";
import { StriateError } from "../../src/base/errors.ts";
import { Random } from "../../src/base/random.ts";
import { auditMemory } from "./memory-audit.ts";
import { fuzzTargets } from "./targets.ts";

/** What the test tells the worker. */
export interface FuzzOrder {
  root: string;
  rounds: number;
  seed: number;
  /** This worker's share: every `of`-th target from `share` on. */
  share: number;
  of: number;
}

/** What the worker tells the test. */
export interface FuzzReport {
  target: string;
  /** Rounds that are done; the next one is under way. */
  round: number;
  /** Of the last rounds. */
  slowest: number;
  largest: number;
  resident: number;
  /** Milliseconds of all readings. */
  time: number;
  opened: number;
  faults: string[];
  done: boolean;
}

// Every path that the code under test goes must be loaded after the audit begins.
const audit = auditMemory();
const [{ readModel }, { convertModel }, { readZip, writeZip }, { used }] = await Promise.all([
  import("../../src/formats/read-model.ts"),
  import("../../src/formats/convert.ts"),
  import("../../src/formats/zip.ts"),
  import("./use-model.ts"),
]);

/** Rounds between two reports. */
const CHUNK = 100;

const order = workerData as FuzzOrder;
const targets = await fuzzTargets(order.root, {
  readModel,
  convertModel,
  readZip,
  writeZip,
} as never);
for (const [i, target] of targets.entries()) {
  if (i % order.of !== order.share) continue;
  const report: FuzzReport = {
    target: target.name,
    round: 0,
    slowest: 0,
    largest: 0,
    resident: 0,
    time: 0,
    opened: 0,
    faults: [],
    done: false,
  };
  parentPort!.postMessage(report);
  for (let round = 0; round < order.rounds; round++) {
    const bytes = await target.mutate(new Random(order.seed, round * targets.length + i));
    const name = `fuzzed/${target.name}`;
    audit.reset();
    const start = performance.now();
    try {
      const model = await readModel({ name, bytes, sibling: target.sibling });
      report.opened++;
      await used(model.network, round);
      // What could be read can be written.
      if (round % 8 === 0) await convertModel(model, "out.onnx");
    } catch (error) {
      const fault = faultOf(error, name);
      if (fault && report.faults.length < 5) report.faults.push(`round ${round}: ${fault}`);
    }
    const time = performance.now() - start;
    report.time += time;
    report.slowest = Math.max(report.slowest, time);
    report.largest = Math.max(report.largest, audit.largest());
    report.round = round + 1;
    if (report.round % CHUNK === 0 || report.round === order.rounds) {
      report.resident = process.memoryUsage().rss;
      report.done = report.round === order.rounds;
      parentPort!.postMessage(report);
    }
  }
}

/** What is wrong with an error; undefined for a sentence that names the file. */
function faultOf(error: unknown, name: string): string | undefined {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StriateError)) return `no StriateError: ${message}`;
  if (!message.includes(name)) return `does not name the file: ${message}`;
  // The words of an error of the language itself: nobody thought of this case.
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (/^(Type|Range|Reference)Error$/.test(cause.name) && message.includes(cause.message))
      return `${cause.name}: ${cause.message} ${(cause.stack ?? "").split("\n")[1]?.trim() ?? ""}`;
  return undefined;
}
