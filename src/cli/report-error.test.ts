import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { StriateError, UsageError, naming } from "../base/errors.ts";
import { reportError } from "./report-error.ts";

/** What is said of an error that came through `naming`, and the exit code. */
async function said(error: unknown, debug = false): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const arrived: unknown = await naming("cat.jpg", () => Promise.reject(error as Error)).catch(
    (reason: unknown) => reason,
  );
  return { code: reportError(arrived, debug, (line) => lines.push(line)), text: lines.join("\n") };
}

describe("what the command line says of an error", () => {
  it("one sentence that names the file, where the user can mend it", async () => {
    expect(await said(new StriateError("is no photo"))).toEqual({
      code: 1,
      text: "striate: cat.jpg: is no photo",
    });
    expect((await said(new UsageError("wrong"))).code).toBe(2);
    const full = Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
    expect(await said(full)).toEqual({ code: 1, text: "striate: cat.jpg: ENOSPC: no space left" });
    const large = await said(new RangeError("Array buffer allocation failed"));
    expect(large.code).toBe(1);
  });

  it("a mistake of the program is no sentence about the user's file", async () => {
    const { code, text } = await said(new TypeError("x is undefined"));
    expect(code).toBe(70);
    expect(text).toMatch(/^striate: unexpected error: x is undefined\n.*Please report it/);
    expect(text).not.toContain("cat.jpg");
    expect(text).not.toContain(".ts:");
  });

  it("wrong usage names the help of the command, and shows it whole where an argument lacks", () => {
    const asked = { name: "inspect", examples: ["striate inspect a.h5"] };
    const told = (error: CommanderError, command?: typeof asked) => {
      const lines: string[] = [];
      expect(reportError(error, false, (line) => lines.push(line), command)).toBe(2);
      return lines.join("\n");
    };
    const lacks = new CommanderError(1, "commander.missingArgument", "error: missing 'file'");
    expect(told(lacks, asked)).toBe(
      "striate: missing 'file', as in: striate inspect a.h5; see striate inspect --help",
    );
    const unknown = new CommanderError(1, "commander.unknownOption", "error: unknown '-x'");
    expect(told(unknown, asked)).toBe("striate: unknown '-x'; see striate inspect --help");
    expect(told(unknown)).toBe("striate: unknown '-x'; see striate --help");
  });

  it("the stack is there with --debug, causes too", async () => {
    const error = new TypeError("x is undefined", { cause: new Error("deeper") });
    const { text } = await said(error, true);
    expect(text).toContain("report-error.test.ts");
    expect(text).toContain("caused by: Error: deeper");
  });
});
