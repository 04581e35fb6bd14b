import type { Logs } from "striate";
import type { SeenPhoto } from "./protocol.ts";

/** What a teacher would say of a training so far, in sentences; none where all goes well. */
export function trainingAdvice(history: readonly Logs[], probes: readonly SeenPhoto[]): string[] {
  const last = history.at(-1);
  if (last === undefined) return [];
  const { loss = NaN, val_loss: held = NaN, accuracy = NaN, val_accuracy: heldRight = NaN } = last;
  const advice: string[] = [];
  if (!Number.isFinite(loss))
    advice.push(
      "The loss is no number any more: the learning rate is too high. Try a tenth of it.",
    );
  const before = history.at(-3)?.["loss"];
  if (before !== undefined && loss > before * 1.05)
    advice.push("The loss rises: the steps are too long. Lower the learning rate.");
  const dead = deadShare(probes);
  if (dead > 0.5)
    advice.push(
      `${Math.round(dead * 100)} % of the maps are zero on all probe photos: dead units. Lower the learning rate, or start again.`,
    );
  const heldBefore = history.at(-3)?.["val_loss"];
  if (heldBefore !== undefined && held > heldBefore && accuracy - heldRight > 0.1)
    advice.push(
      "It gets better on what it was trained with and worse on what it was not: it learns by heart. More pictures, dropout or flips help.",
    );
  if (history.length >= 3 && accuracy < heldRight - 0.15)
    advice.push(
      "It is much better on the held-back pictures than on its own: are some of them in both sets, or is dropout high?",
    );
  return advice;
}

/** The share of the maps that are zero on every probe. */
function deadShare(probes: readonly SeenPhoto[]): number {
  const all = probes.map(({ maps }) => maps.flatMap(({ numbers }) => numbers));
  const [first = []] = all;
  const dead = first.filter((_, i) => all.every((each) => each[i]!.state === "dead"));
  return first.length > 0 ? dead.length / first.length : 0;
}
