import { StriateError } from "../../base/errors.ts";
import { formatShape, sameShape } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import type { LossDefinition } from "../../training/losses/define-loss.ts";
import type { Port } from "../../model/network.ts";

/**
 * Labels as the loss graph takes them: float32, in the output's shape, or without its last axis for
 * class numbers. An axis of length 1 at the end may be there or not; nothing else is stretched, since
 * `(N,)` against `(N, 1)` would become `(N, N)` without a word.
 *
 * @throws StriateError where labels and output cannot belong together
 */
export function fitTarget(
  y: Tensor,
  port: Port,
  loss: Pick<LossDefinition, "className" | "targets">,
): Tensor<"float32"> {
  const rows = y.shape[0] ?? 0;
  const output = port.shape.map((length, axis) => (axis === 0 ? rows : Number(length)));
  const wanted = loss.targets === "classes" ? output.slice(0, -1) : output;
  if (!fits(y.shape, wanted)) throw misfit(y, port, output, loss);
  const target = float32(wanted, toFloat32(y).data);
  if (loss.targets === "classes") checkClasses(target, output.at(-1)!, port, loss);
  return target;
}

/** Whether shapes are equal, or differ by one axis of length 1 at the end. */
function fits(shape: readonly number[], wanted: readonly number[]): boolean {
  if (sameShape(shape, wanted)) return true;
  const [long, short] = shape.length > wanted.length ? [shape, wanted] : [wanted, shape];
  return (
    long.length === short.length + 1 && long.at(-1) === 1 && sameShape(long.slice(0, -1), short)
  );
}

function checkClasses(
  target: Tensor<"float32">,
  classes: number,
  port: Port,
  loss: Pick<LossDefinition, "className">,
): void {
  const wrong = target.data.findIndex(
    (label) => !Number.isInteger(label) || label < 0 || label >= classes,
  );
  if (wrong >= 0)
    throw new StriateError(
      `label ${target.data[wrong]} does not fit output "${port.name}" of ${classes} classes: ` +
        `${loss.className} expects whole numbers from 0 to ${classes - 1}`,
    );
}

function misfit(
  y: Tensor,
  port: Port,
  output: readonly number[],
  loss: Pick<LossDefinition, "className" | "targets">,
): StriateError {
  const units = output.at(-1)!;
  const isOneHot = loss.targets === "classes" && sameShape(y.shape, output);
  const isNumbers = loss.targets === "values" && fits(y.shape, output.slice(0, -1));
  const advice = isOneHot
    ? `labels are one-hot: use CategoricalCrossentropy, or class numbers`
    : isNumbers && units > 1
      ? `labels are one number a row: use SparseCategoricalCrossentropy, or labels with ${units} entries a row`
      : `give labels of shape ${formatShape(loss.targets === "classes" ? output.slice(0, -1) : output)}`;
  return new StriateError(
    `labels of shape ${formatShape(y.shape)} do not fit output "${port.name}" of shape ` +
      `${formatShape(output)} under ${loss.className}; ${advice}`,
  );
}
