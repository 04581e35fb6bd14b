import type { Dataset } from "striate";

/** A picture seen from afar: means of a grid of this many squares each way, red, green and blue. */
const squares = 12;
/** From how many bytes of difference on, in the mean, two pictures are not called the same. */
const apart = 1.5;
/** The most pictures of each set that are compared. */
const [mostTrained, mostHeld] = [3000, 600];

/** Held-back pictures that look just like one that is trained on: what they score says nothing of new ones. */
export interface Leak {
  readonly count: number;
  readonly compared: number;
  /** Names of the first pair, where the pictures have some. */
  readonly held: string;
  readonly trained: string;
}

/** Looks for pictures that stand in both sets, or as good as: files twice, frames of one burst. */
export async function findLeak(trained: Dataset, held: Dataset): Promise<Leak | undefined> {
  const known = await thumbnails(trained.take(Math.min(mostTrained, trained.length)));
  const asked = await thumbnails(held.take(Math.min(mostHeld, held.length)));
  const pairs = asked.flatMap(({ id, tiny }) => {
    const twin = known.find((other) => distance(tiny, other.tiny) < apart);
    return twin ? [{ held: id, trained: twin.id }] : [];
  });
  return pairs[0] && { count: pairs.length, compared: asked.length, ...pairs[0] };
}

export function leakWords({ count, compared, held, trained }: Leak): string {
  const all = count === compared ? "All" : `${count} of the`;
  return (
    `${all} ${compared} held-back pictures look the same as one that is trained on (${held} and ${trained}): ` +
    "that they are told apart says nothing of new pictures. Take photos from more places, and none twice."
  );
}

async function thumbnails(set: Dataset): Promise<{ id: string; tiny: Float32Array }[]> {
  const [height, width, channels] = set.shape;
  const found: { id: string; tiny: Float32Array }[] = [];
  for await (const { id, x } of set.epoch(0)) {
    const tiny = new Float32Array(squares * squares * channels);
    const counts = new Float32Array(tiny.length);
    for (let y = 0; y < height; y++)
      for (let u = 0; u < width; u++) {
        const row = Math.floor((y * squares) / height) * squares;
        const square = row + Math.floor((u * squares) / width);
        for (let c = 0; c < channels; c++) {
          tiny[square * channels + c]! += x[(y * width + u) * channels + c]!;
          counts[square * channels + c]!++;
        }
      }
    found.push({ id, tiny: tiny.map((sum, i) => sum / Math.max(1, counts[i]!)) });
  }
  return found;
}

function distance(a: Float32Array, b: Float32Array): number {
  const most = apart * a.length;
  let sum = 0;
  for (let i = 0; i < a.length && sum < most; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
