import type { CommandDefinition } from "../command.ts";

/** A command is loaded when it is asked for, so that the others cost nothing. */
type Load = () => Promise<CommandDefinition>;

const load = (command: unknown): CommandDefinition => command as CommandDefinition;

/** Every command by name. A new one is one more line here. */
export const commands: Readonly<Record<string, Load>> = {
  see: async () => load((await import("./see.ts")).see),
  inspect: async () => load((await import("./inspect.ts")).inspect),
  explain: async () => load((await import("./explain.ts")).explain),
  activations: async () => load((await import("./activations.ts")).activations),
  convert: async () => load((await import("./convert.ts")).convert),
  export: async () => load((await import("./export.ts")).exportCommand),
  diff: async () => load((await import("./diff.ts")).diff),
  verify: async () => load((await import("./verify.ts")).verify),
  train: async () => load((await import("./train.ts")).train),
  evaluate: async () => load((await import("./evaluate.ts")).evaluate),
  serve: async () => load((await import("./serve.ts")).serve),
  "build-page": async () => load((await import("./build-page.ts")).buildPage),
  run: async () => load((await import("./run.ts")).run),
  work: async () => load((await import("./work.ts")).work),
  demo: async () => load((await import("./demo.ts")).demo),
};

/** The commands that are made from the records of views; loaded when no command above has the name. */
export async function viewCommands(): Promise<Readonly<Record<string, Load>>> {
  const { allViews } = await import("../../views/all-views.ts");
  const { viewCommand } = await import("../views/view-command.ts");
  const own = allViews.filter(({ command }) => command && !Object.hasOwn(commands, command.name));
  return Object.fromEntries(
    own.map((view) => [
      view.command!.name,
      async () =>
        view.shards
          ? (await import("../sharded/sharded-command.ts")).shardedCommand(view as never)
          : viewCommand(view),
    ]),
  );
}
