import type { LayerDefinition } from "./define-layer.ts";

const byClass = new Map<string, LayerDefinition>();

/** Adds a layer class, so that files with it open: also one of the user's own. */
export function registerLayer(definition: LayerDefinition): void {
  for (const name of [definition.className, ...(definition.aliases ?? [])])
    byClass.set(name, definition);
}

/** The definition of a Keras layer class, by any of its names. */
export const findLayerClass = (className: string): LayerDefinition | undefined =>
  byClass.get(className);
