import { expect, it } from "vitest";
import { percentDecoded } from "./percent-decoded.ts";

it.each([
  ["a%20b%2Fc", "a b/c"],
  ["100%", "100%"],
  ["%E0%A4%A", "%E0%A4%A"],
])("%s", (written, meant) => expect(percentDecoded(written)).toBe(meant));
