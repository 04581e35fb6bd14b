import { writeSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { StriateError } from "../../src/base/errors.ts";
import { Random } from "../../src/base/random.ts";
import { convertModel } from "../../src/formats/convert.ts";
import { readModel } from "../../src/formats/read-model.ts";
import { fuzzTargets } from "./targets.ts";
import { used } from "./use-model.ts";

/** What the test tells the process, as its first argument. */
export interface FuzzOrder {
  root: string;
  rounds: number;
  seed: number;
  /** Seconds of processor time for one reading. */
  seconds: number;
  /** Bytes that the process may take. */
  memory: number;
}

/** Rounds of one kind of file: from the first to the one behind the last. */
export interface FuzzSlice {
  /** The number of its target. */
  index: number;
  from: number;
  to: number;
}

/** What the process says of rounds of one kind of file, when it is through with them. */
export interface FuzzReport {
  target: string;
  rounds: number;
  /** Milliseconds of the slowest reading, and of all. */
  slowest: number;
  time: number;
  /** The size of the process, in bytes. */
  resident: number;
  opened: number;
  faults: string[];
}

/** The round that is under way, and the number of its target, for the watch. */
type Place = Int32Array<SharedArrayBuffer>;

// Half a million errors are made, and few are shown.
Error.stackTraceLimit = 2;

if (isMainThread) await work(JSON.parse(process.argv[2]!) as FuzzOrder);
else watch(workerData as FuzzOrder & { place: Place });

async function work(order: FuzzOrder): Promise<void> {
  const place: Place = new Int32Array(new SharedArrayBuffer(8));
  const watcher = new Worker(new URL(import.meta.url), { workerData: { ...order, place } });
  watcher.unref();
  const targets = await fuzzTargets(order.root);
  process.send!({ targets: targets.map(({ name }) => name) });
  process.on("message", (slice: FuzzSlice | "end") => {
    if (slice === "end") process.disconnect();
    else void fuzz(slice).then((report) => process.send!(report));
  });

  async function fuzz({ index, from, to }: FuzzSlice): Promise<FuzzReport> {
    Atomics.store(place, 1, index);
    const target = targets[index]!;
    const report = { target: target.name, rounds: to - from, slowest: 0, time: 0, opened: 0 };
    const faults: string[] = [];
    let resident = 0;
    // About a thousand of each kind go the whole way, where there are so many.
    const every = Math.max(8, Math.round(order.rounds / 1000));
    for (let round = from; round < to; round++) {
      Atomics.store(place, 0, round + 1);
      const bytes = await target.mutate(new Random(order.seed, round * targets.length + index));
      const name = `fuzzed/${target.name}`;
      const start = performance.now();
      try {
        const model = await readModel({ name, bytes, sibling: target.sibling });
        report.opened++;
        const whole = report.opened % every === 0;
        // The engine is native: where it ends the process, this is the last that is heard.
        if (whole) writeSync(2, `round ${round} of ${target.name} goes the whole way\n`);
        await used(model.network, whole);
        // What could be read can be written.
        if (report.opened % every === 1) await convertModel(model, "out.onnx");
      } catch (error) {
        const fault = faultOf(error, name);
        if (fault && faults.length < 5) faults.push(`round ${round}: ${fault}`);
      }
      const time = performance.now() - start;
      report.time += time;
      report.slowest = Math.max(report.slowest, time);
      if (round % 64 === 0) resident = Math.max(resident, process.memoryUsage.rss());
    }
    Atomics.store(place, 0, 0);
    return { ...report, resident, faults };
  }
}

/**
 * In a thread of its own: ends the process where one reading takes too long or too much, and says which. The
 * processor's time counts, since a busy machine is nobody's fault.
 */
function watch({ place, seconds, memory }: FuzzOrder & { place: Place }): void {
  let [last, since] = [-1, process.cpuUsage()];
  const end = (what: string): void => {
    writeSync(2, `${what} in round ${place[0]! - 1} of target ${place[1]}\n`);
    process.kill(process.pid, "SIGKILL");
  };
  setInterval(() => {
    const round = Atomics.load(place, 0);
    if (round !== last || round === 0) [last, since] = [round, process.cpuUsage()];
    const { user, system } = process.cpuUsage(since);
    if (user + system > seconds * 1e6) end(`reading takes more than ${seconds} s`);
    if (process.memoryUsage.rss() > memory) end(`the process is larger than ${memory} bytes`);
  }, 250);
  parentPort!.unref();
}

/** What is wrong with an error; undefined for a sentence that names the file. */
function faultOf(error: unknown, name: string): string | undefined {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StriateError)) return `no StriateError: ${message}`;
  if (!message.includes(name)) return `does not name the file: ${message}`;
  // So much was asked for that the system refused it: nobody had checked the size.
  if (/more memory than there is/.test(message)) return message;
  // The words of an error of the language itself: nobody thought of this case.
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (/^(Type|Range|Reference)Error$/.test(cause.name) && message.includes(cause.message))
      return `${cause.name}: ${cause.message} ${(cause.stack ?? "").split("\n")[1]?.trim() ?? ""}`;
  return undefined;
}
