import type { Network } from "../../model/network.ts";
import type { ModelSource } from "../format.ts";
import { type Json, isObject } from "../keras/json.ts";
import { readJson } from "../../base/parse-json.ts";

/** What the author of a TF.js model put into it. */
export const metadataOf = ({ userDefinedMetadata }: Json): Json =>
  isObject(userDefinedMetadata) ? userDefinedMetadata : {};

/**
 * What a TF.js model says of its classes and of how a photo is prepared: in the model itself, or in the
 * `metadata.json` that Teachable Machine and others put beside it.
 */
export async function readTfjsMetadata(
  model: Json,
  source: ModelSource,
): Promise<Pick<Network, "labels" | "preprocessing">> {
  const beside = await metadataBeside(source);
  return {
    labels: labelsIn(metadataOf(model)) ?? labelsIn(beside),
    preprocessing: isTeachableImage(beside) ? { scale: "-1..1" } : undefined,
  };
}

function labelsIn(place: Json): string[] | undefined {
  const labels = place.labels ?? place.classes ?? place.wordLabels;
  return Array.isArray(labels) && labels.length > 1 && labels.every((l) => typeof l === "string")
    ? (labels as string[])
    : undefined;
}

/** Teachable Machine feeds its image networks x / 127.5 - 1. */
const isTeachableImage = ({ packageName }: Json): boolean =>
  packageName === "@teachablemachine/image";

async function metadataBeside(source: ModelSource): Promise<Json> {
  try {
    const value = readJson(await source.sibling("metadata.json"), "metadata.json");
    return isObject(value) ? value : {};
  } catch {
    // Most models have none.
    return {};
  }
}
