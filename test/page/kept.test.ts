import { expect, it } from "vitest";
import { Kept } from "../../app/engine/kept.ts";

it("keeps as many as it may, and lets go of the one that was not used for longest", () => {
  const gone: string[] = [];
  const kept = new Kept<string>("result", 2, (thing) => gone.push(thing));
  const [first, second] = [kept.add("a"), kept.add("b")];
  kept.get(first);
  kept.add("c");
  expect(gone).toEqual(["b"]);
  expect(() => kept.get(second)).toThrow("this result is no longer in memory; open it again");
});

it("an answer takes the place of the one to the same question, and of no other", () => {
  const kept = new Kept<string>("result", 3);
  const other = kept.add("of another view", "gradient,1,1");
  for (let i = 0; i < 10; i++) kept.add(`asked ${i}`, "occlusion,1,1");
  expect(kept.get(other)).toBe("of another view");
});
