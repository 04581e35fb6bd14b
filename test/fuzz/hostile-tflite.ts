import type { Random } from "../../src/base/random.ts";
import { operatorNames } from "../../src/formats/tflite/operator-names.ts";
import { type FlatField, FlatFile, byte, int, little, there } from "./flat-file.ts";
import { chance, hostileInt32, pick, several } from "./hostile-numbers.ts";
import { type Given, type Numbers, type Recipe, tfliteRecipes } from "./tflite-recipes.ts";

/** Reals of a constant, and bytes of its buffer, at most: a shape may ask for more than there is. */
const mostReals = 1024;
const recipes = Object.entries(tfliteRecipes);

/**
 * A TFLite file that is sound in each of its parts: operators as converters write them, one behind another, with
 * hostile numbers in a few of their constants and options. In every fourth file the structure is hostile too: lists
 * that lie in one another or say they are longer, tables that share another table's fields, one list for thousands,
 * operators of any inputs.
 *
 * @param codes numbers of operators
 */
export function hostileTflite(random: Random, codes: readonly number[]): Uint8Array {
  const file = new FlatFile();
  const odd = chance(random, 0.25);
  // A share of the numbers that leaves most files with one or two hostile ones.
  const share = pick(random, [0, 0.02, 0.05, 0.2]);
  const numbers: Numbers = (...sound) =>
    sound.map((value) => (chance(random, share) ? hostileInt32(random) : value));
  const alias = () => odd && chance(random, 0.03);

  const lists: number[] = [];
  const ints = (items: readonly number[]): number => {
    if (odd && lists.length > 0 && chance(random, 0.05)) return pick(random, lists);
    const length = odd && chance(random, 0.02) ? Math.abs(hostileInt32(random)) : items.length;
    lists.push(file.list(items, 4, length));
    return lists.at(-1)!;
  };

  const buffers = [file.table([])];
  const tensors: number[] = [];
  const tensor = (shape: readonly number[], type: number, bytes?: readonly number[]): number => {
    if (bytes) buffers.push(file.table([there(file.list(bytes, 1))], alias()));
    const coded = chance(random, 0.1);
    const scales =
      coded &&
      file.table([
        undefined,
        undefined,
        there(file.list([0x3f800000], 4)),
        there(file.list(numbers(0), 8)),
        undefined,
        undefined,
        int(numbers(0)[0]!),
      ]);
    const name = pick(random, [`t${tensors.length}`, "constructor", ""]);
    const fields = [
      there(ints(shape)),
      byte(chance(random, share / 4) ? hostileInt32(random) : type),
      int(bytes ? buffers.length - 1 : 0),
      there(file.text(name)),
      scales === false ? undefined : there(scales),
    ];
    return tensors.push(file.table(fields, alias())) - 1;
  };
  const given = (what: Given, x: number): number => {
    if (what === "x") return x;
    if ("ints" in what)
      return tensor(
        [what.ints.length],
        INT32,
        what.ints.flatMap((value) => little(value, 4)),
      );
    const size = what.reals.reduce((product, length) => product * length, 1);
    const there = size >= 0 && size <= mostReals ? size : 1;
    return tensor(what.reals, FLOAT32, new Array<number>(4 * there).fill(63));
  };

  let x = tensor(numbers(1, 8, 8, 3), FLOAT32);
  const operators: number[] = [];
  const operatorCodes: number[] = [];
  for (let count = 1 + random.integer(4); count > 0; count--) {
    const any = chance(random, odd ? 0.5 : 0.1);
    const [name, recipe] = pick(random, recipes);
    const code = any ? pick(random, codes) : operatorNames.indexOf(name);
    const { inputs, options = [] } = any ? anything(random) : recipe(numbers);
    const read = inputs.map((each) => given(each, x));
    const often = odd && chance(random, 0.05) ? new Array<number>(2000).fill(x) : [];
    const stray = odd ? several(random, 1, () => hostileInt32(random)) : [];
    x = tensor(pick(random, [[], [1, 8, 8, 3]]), FLOAT32);
    const own = options.map((option): FlatField => {
      if (typeof option === "number") return int(option);
      return "byte" in option ? byte(option.byte) : there(ints(option.list));
    });
    const table = file.table(own, alias());
    operatorCodes.push(file.table([byte(Math.min(code, 127)), undefined, undefined, int(code)]));
    const fields = [
      int(operators.length),
      there(ints([...read, ...often, ...stray])),
      there(ints([x])),
      byte(1 + random.integer(20)),
      there(table),
    ];
    operators.push(file.table(fields, alias()));
  }
  const graph = file.table([
    there(file.tables(tensors)),
    there(ints([0])),
    there(ints([x])),
    there(file.tables(operators)),
  ]);
  const graphs = odd && chance(random, 0.1) ? new Array<number>(500).fill(graph) : [graph];
  return file.finish(
    file.table([
      int(3),
      there(file.tables(operatorCodes)),
      there(file.tables(graphs)),
      there(file.text("hostile")),
      there(file.tables(buffers)),
    ]),
  );
}

const [FLOAT32, INT32] = [0, 2];

/** What an operator that has no recipe, or another one's inputs, may read. */
const anything = (random: Random): Recipe => ({
  inputs: several(random, 4, () =>
    pick<Given>(random, ["x", "x", { ints: [hostileInt32(random)] }, { reals: [3] }]),
  ),
  options: several(random, 6, () =>
    chance(random, 0.5) ? { byte: random.integer(5) } : hostileInt32(random),
  ),
});
