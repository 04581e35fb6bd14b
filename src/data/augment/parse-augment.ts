import { StriateError } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";
import {
  type Augmentation,
  randomBrightness,
  randomContrast,
  randomFlip,
  randomRotation,
  randomTranslation,
  randomZoom,
} from "./augment.ts";

/** What a person can ask for, with the factor that it has when none is given. */
const known: Readonly<Record<string, { factor: number; make(factor: number): Augmentation }>> = {
  flip: { factor: 0, make: () => randomFlip("horizontal") },
  rotation: { factor: 0.05, make: (factor) => randomRotation(factor) },
  zoom: { factor: 0.15, make: (factor) => randomZoom(factor) },
  translation: { factor: 0.1, make: (factor) => randomTranslation(factor, factor) },
  contrast: { factor: 0.2, make: (factor) => randomContrast(factor) },
  brightness: { factor: 0.1, make: (factor) => randomBrightness(factor) },
};

export const augmentationNames = Object.keys(known);

/**
 * Reads augmentations as a person writes them: `flip,rotation=0.1,zoom`.
 *
 * @throws StriateError naming the nearest ones where a word is not known
 */
export function parseAugment(words: string): Augmentation[] {
  return words
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .map((word) => {
      const [name, value] = word.split("=") as [string, string | undefined];
      const found = Object.hasOwn(known, name) ? known[name]! : undefined;
      if (found === undefined)
        throw new StriateError(
          `no augmentation "${name}"; nearest: ${nearestNames(name, augmentationNames).join(", ")}`,
        );
      const factor = value === undefined ? found.factor : Number(value);
      if (Number.isNaN(factor) || value === "")
        throw new StriateError(`augmentation "${word}": expected a number behind the =`);
      return found.make(factor);
    });
}
