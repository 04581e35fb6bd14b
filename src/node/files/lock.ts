import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { StriateError } from "../../base/errors.ts";
import { reasonOf } from "./files.ts";
import { type ProcessMark, ownMark, standingOf } from "./process-mark.ts";

/** Milliseconds between two signs of life of the process that holds a lock. */
const beat = 2000;
/** A holder that cannot be seen from here and gives no sign for so long, in milliseconds, is gone. */
const patience = 5 * beat;

/**
 * Keeps a second process out while this one works on something. A lock outlives no process: one whose
 * holder was killed is taken over, also where the holder ran in another container or on another machine.
 *
 * @param refuse the error for a lock that is held, by its process
 * @returns what gives the lock back
 * @throws StriateError when it is held, or cannot be written
 */
export async function lock(
  path: string,
  refuse: (pid: number) => StriateError,
): Promise<() => Promise<void>> {
  const content = JSON.stringify({ ...ownMark(), id: randomUUID() });
  try {
    await mkdir(dirname(path), { recursive: true });
    while (!(await create(path, content))) {
      const found = await readFile(path, "utf8").catch(() => "");
      const holder = parseHolder(found);
      if (await holds(path, holder)) throw refuse(holder?.pid ?? 0);
      await takeAway(path, found);
    }
  } catch (error) {
    if (error instanceof StriateError) throw error;
    throw new StriateError(`${path}: cannot be written: ${reasonOf(error)}`, { cause: error });
  }
  const sign = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, beat).unref();
  return async () => {
    clearInterval(sign);
    if ((await readFile(path, "utf8").catch(() => "")) === content) await rm(path, { force: true });
  };
}

/** Makes the lock with its content at once, so that nobody finds it empty; false where there is one. */
async function create(path: string, content: string): Promise<boolean> {
  const beside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await writeFile(beside, content);
    // Some file systems have no links.
    await link(beside, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      return writeFile(path, content, { flag: "wx" });
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

function parseHolder(text: string): ProcessMark | undefined {
  try {
    const { pid, start, space } = JSON.parse(text) as Partial<ProcessMark>;
    if (typeof pid === "number" && typeof start === "string" && typeof space === "string")
      return { pid, start, space };
  } catch {
    // Something else has this name; its age says whether somebody is at it.
  }
  return undefined;
}

/** Whether somebody holds the lock: a process that runs, or one that is not seen but gives signs of life. */
async function holds(path: string, holder: ProcessMark | undefined): Promise<boolean> {
  const standing = holder ? standingOf(holder) : "unknown";
  if (standing !== "unknown") return standing === "alive";
  const before = await ageOf(path);
  for (let waited = 0; waited <= patience; waited += beat / 4) {
    const now = await ageOf(path);
    if (now === undefined) return false;
    if (now !== before) return true;
    if (Date.now() - now > 10 * patience) return false;
    await sleep(beat / 4);
  }
  return false;
}

const ageOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );

/** Takes a dead lock away, unless somebody else did and has one there by now. */
async function takeAway(path: string, dead: string): Promise<void> {
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, "utf8").catch(() => dead)) !== dead)
    await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
