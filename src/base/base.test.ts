import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StriateError, UsageError, naming } from "./errors.ts";
import { field, fromOptions, parseFields } from "./fields.ts";
import { lazyTensor } from "./lazy-tensor.ts";
import { fromBfloat16, fromFloat16, fromFloat16s, toBfloat16, toFloat16 } from "./float16.ts";
import { nearestNames, selectNames } from "./names.ts";
import { Random } from "./random.ts";
import { formatShape, normalizeAxis } from "./shape.ts";
import {
  type DataType,
  arrayFromBytes,
  castTo,
  float32,
  int64,
  tensor,
  toNumbers,
} from "./tensor.ts";
import { transpose } from "./transpose.ts";
import { formatBytes, formatCount, textTable, withThousands } from "./text-table.ts";

describe("errors", () => {
  it("put the file in front once, whoever threw", async () => {
    const failing = naming("a.h5", () => {
      throw new Error("no such group");
    });
    await expect(failing).rejects.toThrow("a.h5: no such group");
    await expect(naming("a.h5", () => failing)).rejects.toThrow(/^a\.h5: no such group$/);
  });

  it("keep wrong usage apart, since it has an exit code of its own", async () => {
    const failing = naming("--layers", () => {
      throw new UsageError("empty");
    });
    await expect(failing).rejects.toBeInstanceOf(UsageError);
  });
});

describe("a lazy tensor", () => {
  it("makes its elements when they are looked at, and once", () => {
    let made = 0;
    const tensor = lazyTensor("float32", [2], () => (made++, Float32Array.of(1, 2)));
    expect([tensor.type, tensor.shape, made]).toEqual(["float32", [2], 0]);
    expect(transpose(tensor, [0])).toBe(tensor);
    expect(made).toBe(0);
    expect([toNumbers(tensor), toNumbers({ ...tensor }), made]).toEqual([[1, 2], [1, 2], 1]);
  });
});

describe("fields", () => {
  const fields = {
    kernel_size: field.tuple(2),
    padding: field.choice(["valid", "same"], "valid"),
    rate: field.number(0.5, { min: 0, max: 1 }),
    note: field.nullable(field.string()),
  };

  it("fill in defaults and let one number stand for a tuple", () => {
    expect(parseFields(fields, { kernel_size: 3 })).toEqual({
      kernel_size: [3, 3],
      padding: "valid",
      rate: 0.5,
      note: null,
    });
  });

  it.each([
    [{}, '"kernel_size" is missing'],
    [{ kernel_size: [3] }, '"kernel_size": expected 2 whole numbers, got [3]'],
    [{ kernel_size: 3, padding: "full" }, '"padding": expected one of valid, same, got "full"'],
    [{ kernel_size: 3, rate: 2 }, '"rate": expected a number of at most 1, got 2'],
  ])("say what was expected and what came: %j", (raw, message) => {
    expect(() => parseFields(fields, raw)).toThrow(message);
  });

  it("take camelCase from TypeScript callers and name the nearest key", () => {
    expect(fromOptions(fields, { kernelSize: 3 })).toEqual({ kernel_size: 3 });
    expect(() => fromOptions(fields, { kernalSize: 3 })).toThrow("nearest: kernelSize");
  });
});

describe("half floats", () => {
  it("survive a round trip for every finite bit pattern", () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
    const lost = all.filter((bits) => {
      const value = fromFloat16(bits);
      return !Number.isNaN(value) && toFloat16(value) !== bits;
    });
    expect(lost).toHaveLength(0);
    expect(fromFloat16s(all)).toEqual(Float32Array.from(all, fromFloat16));
  });

  it.each([
    [1 / 3, 0x3555],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 0x0001],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [-0, 0x8000],
  ])("%d rounds to nearest even as NumPy does", (value, bits) => {
    expect(toFloat16(value)).toBe(bits);
  });

  it("bfloat16 is the upper half of a float32", () => {
    expect(fromBfloat16(0x3f80)).toBe(1);
    expect(fromBfloat16(0xc049)).toBe(-3.140625);
    expect(toBfloat16(-3.14159)).toBe(0xc049);
    // Halfway between two neighbours: the even one.
    expect([toBfloat16(1 + 2 ** -8), toBfloat16(1 + 3 * 2 ** -8)]).toEqual([0x3f80, 0x3f82]);
    expect(fromBfloat16(toBfloat16(NaN))).toBeNaN();
  });
});

describe("names", () => {
  const layers = ["conv2d", "conv2d_1", "conv2d_12", "base/block5_conv3", "conv[0]"];

  it.each([
    ["conv2d", ["conv2d"]],
    ["base", ["base/block5_conv3"]],
    ["conv2d_*", ["conv2d_1", "conv2d_12"]],
    ["conv[0]", ["conv[0]"]],
    ["conv2d_12, conv2d", ["conv2d", "conv2d_12"]],
    ["all", layers],
  ])("%s picks %j, in the order of the layers", (pattern, expected) => {
    expect(selectNames(pattern, layers, "layer")).toEqual(expected);
  });

  it("a prefix that fits several says so, and a wrong name gets the nearest", () => {
    expect(() => selectNames("conv2d_", layers, "layer")).toThrow("not unique");
    expect(() => selectNames("conv2d_2", layers, "layer")).toThrow(
      /no layer "conv2d_2"; nearest: conv2d_1/,
    );
    expect(nearestNames("block5_conv", layers)[0]).toBe("base/block5_conv3");
  });
});

describe("random numbers", () => {
  it("repeat for a seed, differ between streams, and go on from a stored state", () => {
    const draw = (random: Random) => Array.from({ length: 5 }, () => random.normal());
    expect(draw(new Random(7))).toEqual(draw(new Random(7)));
    expect(draw(new Random(7))).not.toEqual(draw(new Random(7, 1)));
    const random = new Random(7);
    random.normal();
    const copy = Random.from(random.state);
    expect(draw(copy)).toEqual(draw(random));
  });

  it("are uniform and normal", () => {
    const random = new Random(1);
    const uniform = Array.from({ length: 20000 }, () => random.uniform());
    const normal = Array.from({ length: 20000 }, () => random.normal(1, 2));
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(normal)).toBeCloseTo(1, 1);
    expect(mean(normal.map((v) => (v - 1) ** 2))).toBeCloseTo(4, 0);
  });

  it("fill arrays with what single calls give, and go on as these would", () => {
    const [one, many] = [new Random(9), new Random(9)];
    for (const count of [3, 0, 1, 4, 7]) {
      const filled = new Float64Array(count);
      many.fillNormal(filled);
      expect([...filled]).toEqual(Array.from({ length: count }, () => one.normal()));
      expect(many.uniform()).toBe(one.uniform());
    }
  });

  it("shuffle keeps every item", () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = new Random(3).shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});

describe("tensors", () => {
  it("refuse data that does not fill the shape", () => {
    expect(() => float32([2, 3], [1, 2])).toThrow(StriateError);
  });

  it("transpose turns nothing at once, however long the axes beside an empty one are", () => {
    const nothing = { type: "float32", shape: [0, 2 ** 40, 3], data: new Float32Array(0) } as const;
    expect(transpose(nothing, [2, 1, 0])).toEqual({ ...nothing, shape: [3, 2 ** 40, 0] });
  });

  it("transpose moves every element where NumPy moves it, and back", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(shapes, fc.integer(), (shape, seed) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const value = float32(
          shape,
          Array.from({ length: size }, (_, i) => i),
        );
        const order = new Random(seed).shuffle(shape.map((_, axis) => axis));
        const moved = transpose(value, order);
        const index = moved.shape.map((length) => Math.floor(length / 2));
        const at = (t: typeof value, position: number[]) =>
          t.data[position.reduce((sum, p, axis) => sum * t.shape[axis]! + p, 0)];
        const source = new Array<number>(shape.length);
        order.forEach((from, to) => (source[from] = index[to]!));
        expect(at(moved, index)).toBe(at(value, source));
        const back = order.map((_, axis) => order.indexOf(axis));
        expect(transpose(moved, back).data).toEqual(value.data);
      }),
    );
  });

  it("transpose puts every element where it belongs, in more than one turn of neighbours, in any type", () => {
    const [a, b, c, d] = [3, 2, 5, 37];
    const count = a * b * c * d;
    const order = [3, 1, 0, 2];
    const expected = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const at = [Math.floor(i / (b * c * d)), Math.floor(i / (c * d)) % b, Math.floor(i / d) % c, i % d] as const; // prettier-ignore
      expected[((at[3] * b + at[1]) * a + at[0]) * c + at[2]] = i;
    }
    const numbers = Array.from(expected, (_, i) => i);
    for (const value of [float32([a, b, c, d], numbers), int64(numbers, [a, b, c, d])])
      expect(Array.from(transpose<DataType>(value, order).data, Number)).toEqual([...expected]);
    expect(transpose(float32([0, 3], []), [1, 0]).shape).toEqual([3, 0]);
  });

  it("read bytes that are not aligned", () => {
    const bytes = new Uint8Array(9);
    new DataView(bytes.buffer).setFloat32(1, 1.5, true);
    expect([...arrayFromBytes("float32", bytes.subarray(1, 5))]).toEqual([1.5]);
    expect(() => arrayFromBytes("float32", bytes)).toThrow("no whole number");
  });

  it("cast as C does", () => {
    expect(toNumbers(castTo(float32([3], [1.7, -1.7, 0]), "int64"))).toEqual([1, -1, 0]);
    expect(toNumbers(castTo(float32([2], [0.5, 0]), "bool"))).toEqual([1, 0]);
    const whole = castTo(tensor("int32", [3], Int32Array.of(-(2 ** 31), -1, 2 ** 31 - 1)), "int64");
    expect([...whole.data]).toEqual([-(2n ** 31n), -1n, 2n ** 31n - 1n]);
    const small = castTo(tensor("uint16", [2], Uint16Array.of(65_535, 0)), "int64");
    expect([...small.data]).toEqual([65_535n, 0n]);
    expect(toNumbers(castTo(int64([3]), "float32"))).toEqual([3]);
    expect(toNumbers(tensor("float16", [1], Uint16Array.of(0x3c00)))).toEqual([1]);
  });
});

describe("words for numbers", () => {
  it("are Keras' own", () => {
    expect(formatShape([null, 148, 148, 32])).toBe("(None, 148, 148, 32)");
    expect(formatShape([3])).toBe("(3,)");
    expect(withThousands(3453121)).toBe("3,453,121");
    expect(formatBytes(4 * 3453121)).toBe("13.17 MB");
    expect(formatCount(1234567)).toBe("1.23 M");
    expect(() => normalizeAxis(4, 4)).toThrow("outside");
  });

  it("tables align numbers right and count wide characters twice", () => {
    const table = textTable(
      [{ title: "a" }, { title: "n", right: true }],
      [
        ["猫", "1"],
        ["b", "10"],
      ],
    );
    expect(table.split("\n").slice(2)).toEqual(["猫   1", "b   10"]);
  });

  it("fits its columns: titles of numbers are cut, then names, numbers never", () => {
    const columns = [{ title: "layer" }, { title: "receptive field", right: true }];
    const rows = [["a_rather_long_name", "1,234"]];
    const widths = [40, 30, 20, 15, 5].map((width) =>
      Math.max(
        ...textTable(columns, rows, width)
          .split("\n")
          .map((line) => line.length),
      ),
    );
    expect(widths).toEqual([35, 30, 20, 15, 15]);
    expect(textTable(columns, rows, 15)).toBe("layer     re…ld\n───────────────\na_r…name  1,234");
  });

  it("cuts a shape only where no name is left to cut", () => {
    const columns = [{ title: "layer" }, { title: "shape", numbers: true }];
    const table = textTable(columns, [["a_rather_long_name", "(1, 64, 148, 148)"]], 27);
    expect(table.split("\n").at(-1)).toBe("a_r…name  (1, 64, 148, 148)");
  });
});
