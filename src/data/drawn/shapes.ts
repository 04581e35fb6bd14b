import type { Random } from "../../base/random.ts";
import { type DrawnSetOptions, openDrawnSet } from "./drawn-set.ts";
import type { ImageSet } from "../examples/image-set.ts";

/** Distance of a point from an outline, negative inside; the outline reaches about 1 from its centre. */
type Outline = (x: number, y: number) => number;

const outlines: Readonly<Record<string, Outline>> = {
  circle: (x, y) => Math.hypot(x, y) - 0.9,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.8,
  triangle: (x, y) => Math.max(Math.abs(x) * 0.866 + y * 0.5, -y) - 0.5,
};

/** Hues in degrees. */
const hues: Readonly<Record<string, number>> = { blue: 225, green: 120, red: 0 };

const kinds = Object.keys(hues)
  .flatMap((color) => Object.keys(outlines).map((outline) => ({ color, outline })))
  .map((kind) => ({ ...kind, name: `${kind.color} ${kind.outline}` }));

/**
 * A set that striate draws itself: one blue, green or red circle, square or triangle on a grey ground
 * with lines and noise. Nine classes, told apart by colour and by shape alone, so that the first layer of
 * a network has to learn both edges and colours. Grey (`channels: 1`), outlines alone tell them apart.
 */
export const openShapes = ({
  size = [64, 64],
  channels = 3,
  count = 1800,
  seed = 1,
}: DrawnSetOptions = {}): ImageSet =>
  openDrawnSet(
    { name: "shapes", classNames: kinds.map(({ name }) => name), draw: drawShape },
    { size, channels, count, seed },
  );

/** Draws one picture of a class: RGB bytes, row by row. */
export function drawShape(
  label: number,
  [height, width]: readonly [number, number],
  random: Random,
): Uint8Array {
  const { color, outline } = kinds[label]!;
  const paint = rgbOfHue(
    hues[color]! + random.uniform(-22, 22),
    random.uniform(0.65, 1),
    random.uniform(0.6, 1),
  );
  const distance = outlines[outline]!;
  const side = Math.min(height, width);
  const radius = side * random.uniform(0.2, 0.38);
  const [centerX, centerY] = [
    random.uniform(radius, width - radius),
    random.uniform(radius, height - radius),
  ];
  const turn = random.uniform(-0.3, 0.3);
  const [cos, sin] = [Math.cos(turn) / radius, Math.sin(turn) / radius];
  const ground = drawGround(height, width, random);
  // bounded: by the size that was asked for, checked where a set is opened
  const out = new Uint8ClampedArray(height * width * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x + 0.5 - centerX, y + 0.5 - centerY];
      const apart = distance(dx * cos + dy * sin, dy * cos - dx * sin) * radius;
      // The share of the pixel that the shape covers, by the distance of its centre from the outline.
      const cover = Math.min(1, Math.max(0, 0.5 - apart));
      const base = ground[y * width + x]!;
      const noise = random.uniform(-9, 9);
      for (let c = 0; c < 3; c++) out[at++] = base + (paint[c]! * 255 - base) * cover + noise;
    }
  // bounded: by what is there
  return new Uint8Array(out.buffer);
}

/** A grey gradient with a few straight lines: grey levels, row by row. */
function drawGround(height: number, width: number, random: Random): Float32Array {
  // bounded: by the size that was asked for, checked where a set is opened
  const ground = new Float32Array(height * width);
  const [level, across, down] = [
    random.uniform(60, 190),
    random.uniform(-50, 50),
    random.uniform(-50, 50),
  ];
  const lines = Array.from({ length: 3 }, () => {
    const angle = random.uniform(0, Math.PI);
    return {
      normal: [Math.cos(angle), Math.sin(angle)] as const,
      offset: random.uniform(-0.5, 0.5),
      half: random.uniform(0.008, 0.02),
      change: random.uniform(-60, 60),
    };
  });
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5];
      let grey = level + across * u + down * v;
      for (const { normal, offset, half, change } of lines)
        if (Math.abs(normal[0] * u + normal[1] * v - offset) < half) grey += change;
      ground[at++] = grey;
    }
  return ground;
}

/** Red, green and blue in 0..1 of a hue in degrees, by saturation and brightness (HSV). */
function rgbOfHue(hue: number, saturation: number, brightness: number): [number, number, number] {
  const channel = (shift: number) => {
    const k = (((hue / 60 + shift) % 6) + 6) % 6;
    return brightness * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}
