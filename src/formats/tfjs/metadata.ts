import { History } from "../../model/history.ts";
import type { Network } from "../../model/network.ts";
import type { ModelSource } from "../format.ts";
import { type Json, isObject } from "../keras/json.ts";
import { readJson } from "../../base/parse-json.ts";

/**
 * What a TF.js model says of its classes, of how a photo is prepared and of its training: in the model itself,
 * or in the `metadata.json` that Teachable Machine and others put beside it.
 */
export async function readTfjsMetadata(
  model: Json,
  source: ModelSource,
): Promise<Pick<Network, "labels" | "preprocessing" | "history">> {
  const inside = isObject(model.userDefinedMetadata) ? model.userDefinedMetadata : {};
  const own = isObject(inside.striate) ? inside.striate : {};
  const beside = await metadataBeside(source);
  const labels = [own, inside, beside].map((place) => labelsIn(place)).find(Boolean);
  const preprocessing = isObject(own.preprocessing)
    ? own.preprocessing
    : isTeachableImage(beside)
      ? { scale: "-1..1" }
      : undefined;
  const history = History.maybe(own.history)?.toJSON();
  return {
    ...(labels ? { labels } : {}),
    ...(preprocessing ? { preprocessing } : {}),
    ...(history ? { history } : {}),
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
