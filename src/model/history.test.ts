import { expect, it } from "vitest";
import { History } from "./history.ts";

const of = (...losses: readonly number[]) => new History([...losses.keys()], { loss: [...losses] });

it("of a network that was trained before goes on behind that", () => {
  const before = new History([0, 1], { loss: [3, 2], val_loss: [4, NaN] });
  const all = of(1, 0.5).after(before.toJSON());
  expect(all).toEqual(
    new History([0, 1, 2, 3], { loss: [3, 2, 1, 0.5], val_loss: [4, NaN, NaN, NaN] }),
  );
});

it("tells no epoch twice that a resumed training shares with the file that it wrote", () => {
  expect(of(2, 1, 0.5).after(of(9, 2, 1).toJSON()).history).toEqual({ loss: [9, 2, 1, 0.5] });
  expect(of(2, 1).after(of(2, 1)).history).toEqual({ loss: [2, 1] });
});

it.each([
  undefined,
  3,
  { epoch: [0] },
  { epoch: [0], history: { loss: [] } },
  { epoch: ["0"], history: {} },
])("passes by what is no history: %j", (before) => {
  expect(History.maybe(before)).toBeUndefined();
  expect(of(1).after(before)).toEqual(of(1));
});

it("takes any name of a file's for a name", () => {
  const file: unknown = JSON.parse('{ "epoch": [0], "history": { "__proto__": [1] } }');
  expect(of(2).after(file).toCsv()).toBe("epoch,__proto__,loss\n0,1,NaN\n1,NaN,2\n");
});
