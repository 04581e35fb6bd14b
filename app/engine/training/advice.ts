import type { KeptEpoch } from "./news.ts";

/** What a teacher would say of a training so far, in sentences; none where all goes well. */
export function trainingAdvice(epochs: readonly KeptEpoch[]): string[] {
  const [before, last] = [epochs.at(-3)?.logs, epochs.at(-1)];
  if (last === undefined) return [];
  const { loss = NaN, val_loss: held = NaN } = last.logs;
  const [right, heldRight] = [accuracyOf(last, ""), accuracyOf(last, "val_")];
  const advice: string[] = [];
  if (!Number.isFinite(loss))
    advice.push(
      "The loss is no number any more: the learning rate is too high. Try a tenth of it.",
    );
  if (before && loss > before["loss"]! * 1.05)
    advice.push("The loss rises: the steps are too long. Lower the learning rate.");
  const dead = deadMaps(last);
  if (dead.share > 0.5)
    advice.push(
      `${Math.round(dead.share * 100)} % of the maps of ${dead.layer} are zero on all probe photos: dead units. ` +
        "Nothing that they get teaches them any more. Lower the learning rate and train again.",
    );
  if (before && held > before["val_loss"]! && right - heldRight > 0.1)
    advice.push(
      "It gets better on what it was trained with and worse on what it was not: it learns by heart. " +
        "More pictures, dropout or flips help.",
    );
  if (epochs.length >= 3 && right < heldRight - 0.15)
    advice.push(
      "It is much better on the held-back pictures than on its own: are some of them in both sets, or is dropout high?",
    );
  if (stuck(epochs))
    advice.push(
      "The loss stays where it was: it learns nothing. Raise the learning rate, or give it more filters.",
    );
  return advice;
}

/** Accuracy goes by several names: `accuracy`, `binary_accuracy`. */
export function accuracyOf({ logs }: Pick<KeptEpoch, "logs">, prefix: "" | "val_"): number {
  const name = Object.keys(logs).find(
    (key) => key.endsWith("accuracy") && key.startsWith("val_") === (prefix === "val_"),
  );
  return name === undefined ? NaN : logs[name]!;
}

/** The layer of which most maps are zero on every probe. */
function deadMaps({ look }: KeptEpoch): { layer: string; share: number } {
  let worst = { layer: "", share: 0 };
  for (const [i, { address, channels }] of (look?.probes[0]?.maps ?? []).entries()) {
    let dead = 0;
    for (let channel = 0; channel < channels; channel++)
      if (
        look!.probes.every(({ maps }) => {
          const { lows, highs } = maps[i]!;
          return lows[channel] === 0 && highs[channel] === 0;
        })
      )
        dead++;
    if (dead / channels > worst.share) worst = { layer: address, share: dead / channels };
  }
  return worst;
}

/** Whether five epochs have changed the loss by less than a hundredth, while it is far from small. */
function stuck(epochs: readonly KeptEpoch[]): boolean {
  const losses = epochs.slice(-5).map(({ logs }) => logs["loss"] ?? NaN);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  return losses.length === 5 && low > 0.3 && high - low < 0.01 * high;
}
