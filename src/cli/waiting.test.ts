import { afterEach, expect, it, vi } from "vitest";
import type { CommandIo } from "./command.ts";
import { Waiting } from "./waiting.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function watched(isTty: boolean, env: CommandIo["env"] = {}) {
  const said: string[] = [];
  const io = {
    err: (text: string) => said.push(text),
    status: (text: string) => said.push(text),
    terminal: { isTty, columns: 80, width: 80 },
    env,
  } as unknown as CommandIo;
  return { io, said };
}

it("a person hears of a wait after a second, on one line that goes again", () => {
  vi.useFakeTimers();
  const { io, said } = watched(true);
  {
    using waiting = new Waiting(io, "opening a.h5");
    vi.advanceTimersByTime(900);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(400);
    waiting.at("drawing layer 2 of 53");
    vi.advanceTimersByTime(400);
  }
  expect(said[0]).toContain("opening a.h5");
  expect(said.some((text) => text.includes("drawing layer 2 of 53"))).toBe(true);
  expect(said.at(-1)).toBe("\r\u001b[K");
});

it("what is over does not come back into the answer", () => {
  vi.useFakeTimers();
  const { io, said } = watched(true);
  using waiting = new Waiting(io, "drawing layer 1 of 1");
  vi.advanceTimersByTime(1400);
  waiting.clear();
  const before = said.length;
  vi.advanceTimersByTime(5000);
  expect(said.slice(before)).toEqual([]);
  waiting.at("drawing layer 1 of 1");
  expect(said.at(-1)).toContain("drawing layer 1 of 1");
});

it("a terminal that knows no codes gets lines, as a pipe does", () => {
  vi.useFakeTimers();
  vi.spyOn(process, "cpuUsage").mockReturnValue({ user: 9e6, system: 0 });
  const { io, said } = watched(true, { TERM: "dumb" });
  using waiting = new Waiting(io, "opening");
  vi.advanceTimersByTime(9000);
  waiting.clear();
  expect(said).toEqual(["opening"]);
});

it("a pipe gets lines of long work only, fewer the longer it takes", () => {
  vi.useFakeTimers();
  let used = 0;
  vi.spyOn(process, "cpuUsage").mockImplementation(() => ({ user: used, system: 0 }));
  const { io, said } = watched(false);
  using waiting = new Waiting(io, "opening");
  for (let second = 1; second <= 60; second++) {
    used += 1e6;
    waiting.at(`layer ${second}`);
    vi.advanceTimersByTime(1000);
  }
  expect(said.length).toBeGreaterThan(2);
  expect(said.length).toBeLessThan(8);
  used = 0;
  const before = said.length;
  // A computer that does other things is no long work.
  using other = new Waiting(io, "opening");
  vi.advanceTimersByTime(60_000);
  void other;
  expect(said.slice(before)).toEqual([]);
});
