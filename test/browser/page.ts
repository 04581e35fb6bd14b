// The page of the test: looks at what the server names, compares with Node's numbers, says what it found.
import { drawFeatureMaps, readImage, toPng } from "striate";
import { look } from "./look.ts";

/** What the test asks for: the files of a model, two photos, and Node's numbers, as addresses. */
export interface PageRequest {
  files: string[];
  photo: string;
  /** The one whose gradient is by its pixels. */
  other: string;
  /** The photo's bytes, all layers, both gradients and one layer's maps, one after the other, as float32. */
  expected: string;
}

export interface PageAnswer {
  isolated: boolean;
  /** Largest differences, as a share of the largest value of each array. */
  photo: number;
  layers: number;
  gradient: number;
  /** By the pixels of the other photo. */
  pixels: number;
  loss: number | undefined;
  /** The maps of the first convolution, and the architecture, as PNG files in base64. */
  png: string;
  /** These maps drawn of Node's own numbers. */
  same: string;
  drawing: string;
}

async function run({ files, photo, other, expected }: PageRequest): Promise<PageAnswer> {
  const blobs = await Promise.all(files.map(fileAt));
  const found = await look(blobs, await fileAt(photo), await fileAt(other));
  const wanted = new Float32Array(await (await fetch(expected)).arrayBuffer());
  let at = 0;
  const difference = (data: ArrayLike<number>): number => {
    const [start, length] = [at, data.length];
    at += length;
    let [worst, largest] = [0, 0];
    for (let i = 0; i < length; i++) {
      const want = wanted[start + i]!;
      largest = Math.max(largest, Math.abs(want));
      worst = Math.max(worst, Math.abs(data[i]! - want));
    }
    // Node has nothing here: the arrays are not the same.
    return start + length > wanted.length ? Infinity : worst / (largest || 1);
  };
  const differences = {
    photo: difference(found.photo.data),
    layers: Math.max(...found.layers.map(({ data }) => difference(data as Float32Array))),
    gradient: difference(found.slopes.data as Float32Array),
    pixels: difference(found.pixels.data as Float32Array),
  };
  const values = wanted.subarray(at, (at += found.maps.values.length));
  if (at !== wanted.length) differences.layers = Infinity;
  const base64 = (bytes: Uint8Array) =>
    btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const { address, className, shape, channels, height, width } = found.maps;
  const named = { address, className, shape, channels, height, width };
  const same = await toPng(drawFeatureMaps({ ...named, values }));
  const pictures = {
    png: base64(found.png),
    same: base64(same),
    drawing: base64(found.drawing),
  };
  return { isolated: crossOriginIsolated, ...differences, loss: found.loss, ...pictures };
}

async function fileAt(address: string): Promise<File> {
  const blob = await (await fetch(address)).blob();
  return new File([blob], address.replace(/^.*\//, ""));
}

/** The sentence about a photo that this browser cannot read. */
async function refusal(photo: string): Promise<string> {
  const seen = await readImage(photo).catch((error: unknown) => error);
  return seen instanceof Error ? seen.message : "it was read";
}

Object.assign(globalThis, { run, refusal });
