import { expect, it } from "vitest";
import { joinBytes } from "./join-bytes.ts";

it("puts parts behind one another, empty ones too, and leaves them as they are", () => {
  const parts = [[1, 2], [], [3]].map((bytes) => Uint8Array.from(bytes));
  const whole = joinBytes(parts);
  expect([...whole]).toEqual([1, 2, 3]);
  whole[0] = 9;
  expect(parts[0]![0]).toBe(1);
  expect(joinBytes([])).toHaveLength(0);
});
