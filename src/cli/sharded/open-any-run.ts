import { dirname } from "node:path";
import type { Ledger } from "../../node/runs/ledger.ts";
import { type OpenRun, openRun } from "../../node/runs/open-run.ts";
import type { CommandIo } from "../command.ts";
import { tellPhotos } from "./many-photos-run.ts";
import { photoCommand } from "./photo-commands.ts";
import { openPhotoRun } from "./photo-run.ts";
import { reportSeen } from "./sharded-command.ts";

/** A run of a manifest, and how its result is written and said. */
export interface AnyRun {
  readonly run: OpenRun;
  tell(
    result: unknown,
    out: string,
    options: Readonly<Record<string, unknown>>,
    io: CommandIo,
  ): Promise<void> | void;
}

/** Opens the run of a manifest, of a view of a data set or of a command over photos. */
export async function openAnyRun(
  ledger: Ledger,
  places: { model?: string | undefined; data?: string | undefined },
): Promise<AnyRun> {
  const { manifest } = ledger;
  const command = await photoCommand(manifest.view);
  if (command === undefined)
    return {
      run: await openRun(manifest, places),
      tell: (seen, out, options, io) => reportSeen(seen as never, out, options, io),
    };
  return {
    // Pictures lie beside the run, wherever its folder is seen from here.
    run: await openPhotoRun(command, manifest, dirname(ledger.folder), places),
    tell: (result, _out, _options, io) => tellPhotos(result as never, manifest.photos, io),
  };
}
