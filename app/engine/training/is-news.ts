import type { TrainingNews } from "./news.ts";

/**
 * Whether something that a file holds is news of a training, in all that the record of it reckons with. The rest is
 * shown as it is.
 *
 * @param epochs that are known before it
 */
export function isNews(news: unknown, epochs: number): news is TrainingNews {
  if (!isObject(news)) return false;
  switch (news["kind"]) {
    case "begin":
      return (
        ["lines", "notices", "probes"].every((name) => Array.isArray(news[name])) &&
        isListOf(news["past"], isNumbers)
      );
    case "epoch": {
      const { epoch, logs, look } = news;
      const isNext = Number.isInteger(epoch) && Number(epoch) >= 0 && Number(epoch) <= epochs;
      return isNext && isNumbers(logs) && (look === undefined || isLook(look));
    }
    case "end":
      return typeof news["words"] === "string";
    default:
      return false;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isListOf = (value: unknown, is: (each: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(is);

/** JSON has null for what is no number. */
const isNumbers = (value: unknown): boolean =>
  isObject(value) &&
  Object.values(value).every((each) => each === null || typeof each === "number");

const isLook = (look: unknown): boolean =>
  isObject(look) &&
  isListOf(look["filters"], isCoded) &&
  isListOf(look["probes"], (probe) => isObject(probe) && isListOf(probe["maps"], isCoded));

const isCoded = (value: unknown): boolean =>
  isObject(value) &&
  value["codes"] instanceof Uint8Array &&
  value["lows"] instanceof Float32Array &&
  value["highs"] instanceof Float32Array;
