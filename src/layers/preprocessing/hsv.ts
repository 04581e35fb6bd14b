import type { GraphBuilder } from "../../graph/builder.ts";
import { Formula } from "../../ops/facts/formula.ts";

/** Hue in [0, 1), saturation and value of `(N, 3, H, W)` as three maps `(N, 1, H, W)`. */
export type Hsv = readonly [hue: string, saturation: string, value: string];

/** Source: TensorFlow's `image.rgb_to_hsv`; a grey has hue 0, black has saturation 0 too. */
export function rgbToHsv(b: GraphBuilder, x: string): Hsv {
  const f = new Formula(b, "float32");
  const [red, green, blue] = b.ops("Split", [x], { axis: 1, num_outputs: 3 }, { outputCount: 3 });
  const value = b.op("Max", [red!, green!, blue!]);
  const range = f.sub(value, b.op("Min", [red!, green!, blue!]));
  const isGrey = f.equal(range, 0);
  const saturation = f.where(
    f.greater(value, 0),
    f.div(range, f.where(f.greater(value, 0), value, 1)),
    0,
  );
  const norm = f.div(1 / 6, f.where(isGrey, 1, range));
  const towards = (a: string, c: string, start: number) => f.add(f.mul(norm, f.sub(a, c)), start);
  const angle = f.where(
    f.equal(red!, value),
    towards(green!, blue!, 0),
    f.where(f.equal(green!, value), towards(blue!, red!, 2 / 6), towards(red!, green!, 4 / 6)),
  );
  const hue = f.where(isGrey, 0, angle);
  return [f.where(f.less(hue, 0), f.add(hue, 1), hue), saturation, value];
}

/** Source: TensorFlow's `image.hsv_to_rgb`. */
export function hsvToRgb(b: GraphBuilder, [hue, saturation, value]: Hsv): string {
  const f = new Formula(b, "float32");
  const turn = f.mul(hue, 6);
  const share = (x: string) => b.op("Clip", [x, f.constant(0), f.constant(1)]);
  const around = (middle: number) => share(f.sub(2, f.apply("Abs", f.sub(turn, middle))));
  const shares = [share(f.sub(f.apply("Abs", f.sub(turn, 3)), 1)), around(2), around(4)];
  const rest = f.sub(1, saturation);
  const channels = shares.map((each) => f.mul(f.add(rest, f.mul(saturation, each)), value));
  return b.op("Concat", channels, { axis: 1 });
}
