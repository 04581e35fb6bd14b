import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * A process, told apart from every other one: a number alone is given again, and each container counts
 * from 1.
 */
export interface ProcessMark {
  readonly pid: number;
  /** When it began, in the system's own unit; empty where the system does not say. */
  readonly start: string;
  /** The run of the machine, and the container, in which `pid` means this process. */
  readonly space: string;
}

let own: ProcessMark | undefined;

/** The mark of this process. */
export function ownMark(): ProcessMark {
  own ??= { pid: process.pid, start: startOf("self"), space: space() };
  return own;
}

/** Whether a process still runs; `unknown` where it cannot be seen from here. */
export function standingOf({ pid, start, space }: ProcessMark): "alive" | "dead" | "unknown" {
  const me = ownMark();
  if (space !== me.space) return "unknown";
  if (pid === me.pid) return start === me.start ? "alive" : "dead";
  if (!isRunning(pid)) return "dead";
  const now = seesOwnSpace() ? startOf(String(pid)) : "";
  return now === "" || start === "" ? "unknown" : now === start ? "alive" : "dead";
}

/** A mark as a part of a file name, and back. */
export const markText = ({ pid, start, space }: ProcessMark): string => `${pid}-${start}-${space}`;
export function parseMark(text: string): ProcessMark | undefined {
  const [, pid, start, space] = /^(\d+)-(\d*)-([\w.]+)$/.exec(text) ?? [];
  return space === undefined ? undefined : { pid: Number(pid), start: start!, space };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of `/proc/PID/stat`; the name before it may hold spaces and brackets. */
const startOf = (pid: string): string =>
  attempt(() => readFileSync(`/proc/${pid}/stat`, "latin1").split(")").at(-1)!.split(" ")[20]!);

function space(): string {
  const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").slice(0, 8));
  const container = attempt(() => readlinkSync("/proc/self/ns/pid")).replace(/\D/g, "");
  return `${boot}${container}` || hostname().replace(/\W/g, "_") || "here";
}

/** Whether `/proc` counts as this process does: in a container it may be that of the machine. */
const seesOwnSpace = (): boolean =>
  attempt(() => readlinkSync("/proc/self")) === String(process.pid);

function attempt(work: () => string): string {
  try {
    return work();
  } catch {
    return "";
  }
}
