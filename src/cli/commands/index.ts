import type { CommandDefinition } from "../command.ts";

/** A command is loaded when it is asked for, so that the others cost nothing. */
type Load = () => Promise<CommandDefinition>;

const load = (command: unknown): CommandDefinition => command as CommandDefinition;

/** Every command by name. A new one is one more line here. */
export const commands: Readonly<Record<string, Load>> = {
  see: async () => load((await import("./see.ts")).see),
  inspect: async () => load((await import("./inspect.ts")).inspect),
  activations: async () => load((await import("./activations.ts")).activations),
  convert: async () => load((await import("./convert.ts")).convert),
  diff: async () => load((await import("./diff.ts")).diff),
  verify: async () => load((await import("./verify.ts")).verify),
  train: async () => load((await import("./train.ts")).train),
  evaluate: async () => load((await import("./evaluate.ts")).evaluate),
  demo: async () => load((await import("./demo.ts")).demo),
};
