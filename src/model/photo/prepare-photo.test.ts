import { describe, expect, it } from "vitest";
import { chain } from "../../../test/chain.ts";
import { invertAffine, moved } from "../../base/affine.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import { type ByteImage, orientImage } from "../../data/pictures/image.ts";
import { defaultPreprocessing, prepareImage } from "../../data/pictures/preprocess.ts";
import { type Port, toGraph } from "../network.ts";
import { onInput, onPhoto, prepareDecoded, preparePhoto } from "./prepare-photo.ts";

/** A photo of 4 x 6 pixels as it is stored, each pixel of its own red; `orientation` says how to turn it. */
const stored = (orientation: number): ByteImage => ({
  width: 6,
  height: 4,
  data: Uint8Array.from({ length: 72 }, (_, i) => (i % 3 === 0 ? i / 3 : 0)),
  origin: {
    name: "photo.jpg",
    format: "JPEG",
    storedSize: [4, 6],
    orientation,
    oriented: false,
    steps: [],
  },
});

const network = (size: number | null = 12, preprocessing?: Record<string, unknown>) => ({
  ...chain([null, size, size, 3], [["Conv2D", { filters: 2, kernel_size: 1 }]]),
  ...(preprocessing && { preprocessing }),
});

describe("a prepared photo", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "of orientation %i: every pixel of the input is found in the file",
    (orientation) => {
      const { photo, place, feeds } = prepareDecoded(
        network(null, { scale: "none" }),
        stored(orientation),
      );
      const upright = orientImage(stored(orientation));
      expect([photo!.width, photo!.height]).toEqual([upright.width, upright.height]);
      const { data, shape } = Object.values(feeds)[0]!;
      const [, height, width] = shape as [number, number, number, number];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const [fileX, fileY] = moved(place!.toFile, x + 0.5, y + 0.5);
          const red = Math.floor(fileY) * 6 + Math.floor(fileX);
          expect(data[(y * width + x) * 3]).toBe(red);
        }
    },
  );

  it("is written once, as the graph takes it, and reads as the user's layout has it", () => {
    const to = network(12);
    const [port] = to.inputs as [Port];
    const image = stored(1);
    const [fed] = Object.values(prepareDecoded(to, image).feeds) as [Tensor];
    expect(fed.shape).toEqual([1, 12, 12, 3]);
    const taken = toGraph(fed, port);
    expect(taken.shape).toEqual([1, 3, 12, 12]);
    // No copy was made of it.
    expect(toGraph(fed, port)).toBe(taken);
    const { data } = prepareImage(image, { ...defaultPreprocessing, size: [12, 12] });
    expect(fed.data).toEqual(data);
    // Who has looked at the elements may have changed them.
    (fed.data as Float32Array)[0] = 7;
    expect(toGraph(fed, port).data[0]).toBe(7);
  });

  it("says where the input lies on it, there and back", () => {
    const { place } = prepareDecoded(network(12), stored(6));
    // Upright it is 4 wide and 6 high.
    expect(onPhoto(place!, { left: 0, top: 0, right: 12, bottom: 12 })).toEqual({
      left: 0,
      top: 0,
      right: 4,
      bottom: 6,
    });
    expect(onInput(place!, { left: 1, top: 3, right: 2, bottom: 6 })).toEqual({
      left: 3,
      top: 6,
      right: 6,
      bottom: 12,
    });
    const [x, y] = moved(invertAffine(place!.toFile), ...moved(place!.toFile, 5, 7));
    expect([x, y]).toEqual([expect.closeTo(5, 9), expect.closeTo(7, 9)]);
  });

  it.each(["crop", "pad"] as const)(
    "of another shape, %s: every pixel is where it is said",
    (fit) => {
      for (const orientation of [1, 6, 8]) {
        const choice = { fit, resize: "nearest" } as const;
        const side = fit === "crop" ? 4 : 6;
        const own = network(side, { scale: "none" });
        const { feeds, place, words } = prepareDecoded(own, stored(orientation), choice);
        expect(words).toContain(fit === "crop" ? "middle part" : "black beside it");
        const { data } = Object.values(feeds)[0]!;
        const outside: boolean[] = [];
        for (let y = 0; y < side; y++)
          for (let x = 0; x < side; x++) {
            const [fileX, fileY] = moved(place!.toFile, x + 0.5, y + 0.5).map(Math.floor) as [
              number,
              number,
            ];
            const isOutside = fileX < 0 || fileX >= 6 || fileY < 0 || fileY >= 4;
            outside.push(isOutside);
            expect(data[(y * side + x) * 3]).toBe(isOutside ? 0 : fileY * 6 + fileX);
          }
        expect(outside.includes(true)).toBe(fit === "pad");
      }
    },
  );

  it("is turned only where the file's own preprocessing does not say otherwise, and says so", () => {
    const ignored = prepareDecoded(network(12, { orient: false }), stored(6));
    expect(ignored.photo!.width).toBe(6);
    expect(ignored.words).toContain("EXIF orientation ignored");
    expect(prepareDecoded(network(12), stored(6)).words).toContain("EXIF orientation applied");
    // One that somebody turned already is what it is.
    const turned = prepareDecoded(network(12, { orient: false }), orientImage(stored(6)));
    expect(turned.words).toContain("EXIF orientation applied");
  });

  it("is decoded by the platform as was decided", async () => {
    const asked: unknown[] = [];
    const decode = (file: string, how: { resize: string; orient: boolean }) => {
      asked.push([file, how.resize, how.orient]);
      return Promise.resolve(stored(1));
    };
    const own = network(12, { resize: "nearest", orient: false });
    await preparePhoto(own, "photo.jpg", { orient: true }, decode);
    expect(asked).toEqual([["photo.jpg", "nearest", true]]);
  });

  it("may be a tensor, with or without the axis of the batch", async () => {
    const pixels = new Float32Array(12 * 12 * 3);
    const { feeds, photo, place, words } = await preparePhoto(
      network(12),
      float32([12, 12, 3], pixels),
    );
    expect(Object.values(feeds)[0]!.shape).toEqual([1, 12, 12, 3]);
    expect([photo, place, words]).toEqual([undefined, undefined, "a tensor, as it is"]);
    await expect(preparePhoto(network(12), float32([1, 3, 12, 12], pixels))).rejects.toThrow(
      /expected shape .*12, 12, 3/,
    );
  });

  it.each([
    [{ size: "big" }, /preprocessing: "size" is "big", expected \[height, width\]/],
    [{ scale: 5 }, /"scale" is 5, expected a text/],
    [{ scale: "1/0" }, /scaling "1\/0" is not known/],
    [{ orient: "yes" }, /"orient" is "yes", expected true or false/],
    [{ fit: "fill" }, /fit "fill" is not known: use stretch, crop, pad/],
    [{ resize: { method: "nearest" } }, /"resize" is .*, expected bilinear or nearest/],
  ])("of a file whose preprocessing is %j is refused in words", (preprocessing, message) => {
    expect(() => prepareDecoded(network(12, preprocessing), stored(1))).toThrow(message);
  });
});
