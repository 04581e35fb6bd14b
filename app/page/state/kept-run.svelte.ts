import { type Inflate, checkKeptSize, readKept } from "../../engine/training/read-kept.ts";
import type { TrainingRecord } from "../../engine/training/record.ts";
import type { Desk } from "./desk.svelte.ts";
import { TrainingRoom } from "./training-room.svelte.ts";

/** A training that `striate train --watch` has kept: it is over, and is only looked at. */
class KeptRun extends TrainingRoom {
  readonly isElsewhere = true;
  override readonly close: () => void;

  constructor(session: Desk, record: TrainingRecord, close: () => void) {
    super(session);
    this.record = record;
    this.close = close;
  }

  override stop(): void {
    // There is nothing that runs.
  }
}

/** @throws StriateError where the file is none, or damaged */
export async function openKeptRun(
  session: Desk,
  file: File,
  close: () => void,
): Promise<TrainingRoom> {
  checkKeptSize(file.name, file.size);
  const { record } = await readKept(file.name, new Uint8Array(await file.arrayBuffer()), inflate);
  return new KeptRun(session, record, close);
}

const inflate: Inflate = async (bytes, most) => {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > most) {
      await reader.cancel();
      return undefined;
    }
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
};
