import type { Fields } from "../../base/fields.ts";
import type {
  KeptScalar,
  OptimizerDefinition,
  SlotSpec,
} from "../../training/optimizers/define-optimizer.ts";
import { optimizerRegistry } from "../../training/optimizers/index.ts";

type Config = Readonly<Record<string, unknown>>;

/**
 * The slots that an optimizer with this configuration has; undefined for a class that is not known.
 * The values are not checked: a model opens with settings that no training takes.
 */
export function slotsOf(className: string, config: Config): readonly SlotSpec[] | undefined {
  const definition = optimizerRegistry.find(className);
  return definition?.slots(filled(definition, config));
}

/** What such an optimizer keeps beside its slots after so many steps. */
export function keptBy(className: string, config: Config, iterations: number): KeptScalar[] {
  const definition = optimizerRegistry.find(className);
  return definition?.kept?.(filled(definition, config), iterations) ?? [];
}

/** Slots grouped by what stands side by side in a file. */
export function slotGroups(slots: readonly SlotSpec[]): string[][] {
  const groups: string[][] = [];
  for (const { name, interleaved } of slots)
    if (interleaved) groups.at(-1)!.push(name);
    else groups.push([name]);
  return groups;
}

function filled({ fields }: OptimizerDefinition, config: Config): Record<string, never> {
  const defaults = Object.entries(fields as Fields).map(([key, { fallback }]) => [key, fallback]);
  return { ...Object.fromEntries(defaults), ...config } as Record<string, never>;
}
