import { StriateError } from "../../base/errors.ts";
import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import type { RunningNetwork } from "../../model/running.ts";
import type { Slope } from "./maximise.ts";
import { type PictureInput, type Planes, spanOf } from "./picture-input.ts";

/**
 * How near a picture comes to what a layer makes of the photo:
 * `-(|A(x) - A0|^2 / |A0|^2 + smoothness * V(x))`, with `V` the mean of the squared differences of
 * neighbours, as shares of black to white.
 *
 * Source: Mahendran, Vedaldi 2014, arXiv:1412.0035; V is their total variation with exponent 2.
 */
export class Nearness implements Slope {
  readonly input: PictureInput;
  readonly #running: RunningNetwork;
  readonly #value: string;
  readonly #wanted: Tensor<"float32">;
  readonly #size: number;
  readonly #smoothness: number;

  private constructor(
    running: RunningNetwork,
    input: PictureInput,
    value: string,
    wanted: Tensor<"float32">,
    smoothness: number,
  ) {
    this.#running = running;
    this.input = input;
    this.#value = value;
    this.#wanted = wanted;
    this.#size = wanted.data.reduce((sum, each) => sum + each * each, 0);
    this.#smoothness = smoothness;
  }

  /** @throws StriateError where the layer makes nothing of the photo */
  static async of(
    running: RunningNetwork,
    input: PictureInput,
    { value, name }: { value: string; name: string },
    smoothness: number,
  ): Promise<Nearness> {
    const [made] = await running.run(input.feeds(input.photo), [value]);
    const near = new Nearness(running, input, value, toFloat32(made!), smoothness);
    if (near.#size > 0 && Number.isFinite(near.#size)) return near;
    throw new StriateError(
      `layer "${name}": makes nothing but ${near.#size === 0 ? "zeros" : "numbers that are not finite"} of this photo, so there is nothing to invert`,
    );
  }

  /** `|A(x) - A0| / |A0|`: 0 for the photo itself. */
  async distance(picture: Planes): Promise<number> {
    const [made] = await this.#running.run(this.input.feeds(picture), [this.#value]);
    return Math.sqrt(this.#away(made!));
  }

  async score(picture: Planes): Promise<number> {
    return -((await this.distance(picture)) ** 2) - this.#roughness(picture);
  }

  async gradient(picture: Planes): Promise<{ score: number; gradient: Planes }> {
    const value = this.#value;
    // The seed is A0 - A: the one is fed, the other is what the network makes.
    const { gradients, values } = await this.#running.gradients(this.input.feeds(picture), {
      of: [
        { value, seed: this.#wanted },
        { value, seed: { name: "minus itself", write: (f, itself) => f.mul(itself, -1) } },
      ],
      wrt: [this.input.value],
      values: [value],
    });
    const gradient = this.input.ofGradient(gradients[0]!);
    const factor = 2 / this.#size;
    for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor;
    const rough = this.#roughness(picture, gradient);
    return { score: -this.#away(values[0]!) - rough, gradient };
  }

  #away(made: Tensor): number {
    const { data } = toFloat32(made);
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += (data[i]! - this.#wanted.data[i]!) ** 2;
    return sum / this.#size;
  }

  /** What the roughness of a picture costs; with `gradient` its slope is taken off there. */
  #roughness(picture: Planes, gradient?: Planes): number {
    const { height, width, channels, range } = this.input;
    const weight = this.#smoothness / (spanOf(range) ** 2 * picture.length);
    let sum = 0;
    const pair = (i: number, j: number) => {
      const step = picture[j]! - picture[i]!;
      sum += step * step;
      if (!gradient) return;
      gradient[i]! += 2 * weight * step;
      gradient[j]! -= 2 * weight * step;
    };
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const i = (c * height + y) * width + x;
          if (x + 1 < width) pair(i, i + 1);
          if (y + 1 < height) pair(i, i + width);
        }
    return weight * sum;
  }
}
