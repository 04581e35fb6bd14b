import type { OpenedModel } from "../../formats/format.ts";
import { Optimizer } from "../../training/optimizers/optimizer.ts";
import type { Serialized } from "../../training/registry.ts";
import { compileOptionsOf } from "./compile-config.ts";

/** What a training goes on with. */
export interface ChosenOptimizer {
  optimizer: Serialized;
  /** `rmsprop at 0.0001`, for people. */
  words: string;
  /** Whether it is the file's own, so that its state fits. */
  fromFile: boolean;
  /** Why it is not the optimizer that the file was compiled with, where it has one. */
  notice?: string;
}

/**
 * The optimizer of a training: the one that is asked for; else the one that the model's file was compiled
 * with, at its own learning rate; else RMSprop.
 *
 * @param rate the learning rate where neither the user nor the file says one
 */
export function chosenOptimizer(
  opened: Pick<OpenedModel, "compile" | "optimizer">,
  asked: { optimizer: string | null; rate: number | null },
  rate: number,
): ChosenOptimizer {
  const said = serialized(compileOptionsOf(opened)?.optimizer);
  const own = typeof said === "string" ? undefined : said;
  if (asked.optimizer === null && own !== undefined) {
    const config = asked.rate === null ? own.config : { ...own.config, learning_rate: asked.rate };
    const optimizer = { ...own, config };
    return { optimizer, words: wordsOf(optimizer), fromFile: true };
  }
  const optimizer = {
    class_name: asked.optimizer ?? "rmsprop",
    config: { learning_rate: asked.rate ?? rate },
  };
  const words = `${optimizer.class_name} at ${optimizer.config.learning_rate}`;
  const file = own ? wordsOf(own) : said;
  const notice = file && `the file was compiled with ${file}; ${words} is taken`;
  return { optimizer, words, fromFile: false, ...(notice ? { notice } : {}) };
}

/** With all its settings in today's words; its name alone where it is not known here. */
function serialized(identifier: unknown): Serialized | string | undefined {
  if (identifier === undefined) return undefined;
  try {
    return new Optimizer(identifier).serialized;
  } catch {
    const name =
      typeof identifier === "object" && identifier !== null
        ? String((identifier as Serialized).class_name)
        : String(identifier as string);
    return `"${name}", which is not known here`;
  }
}

function wordsOf({ class_name, config }: Serialized): string {
  const { learning_rate: rate } = config;
  return `${class_name} at ${typeof rate === "number" ? Number(rate.toPrecision(6)) : "a scheduled rate"}`;
}
