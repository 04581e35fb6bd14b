import type { Fields } from "../../base/fields.ts";
import type { OutputFile } from "../../node/files/write-files.ts";
import type { StopSignal } from "../../views/context.ts";
import type { PhotoFile } from "../photos.ts";

/** What becomes of one photo. */
export interface OnePhoto {
  /** Pictures, by their paths in the folder of the results. */
  readonly files: readonly OutputFile[];
  /** What the report says of it: plain data. */
  readonly entries: readonly unknown[];
}

/** A command that does the same with each of many photos, opened with its model. */
export interface PhotoWork {
  one(index: number, signal: StopSignal | undefined): Promise<OnePhoto>;
  /** The report: plain data. @param entries of all photos, in their order */
  whole(entries: readonly unknown[]): unknown;
  close(): Promise<void>;
}

/** How a command over photos is run by several workers: what of it depends on nothing but a photo's place. */
export interface PhotoCommand {
  /** Its name, which stands in the manifest as the view. */
  readonly name: string;
  /** The flags that the results depend on; those of a run (workers, folders) are none of them. */
  readonly fields: Fields;
  /** The report's file name. */
  readonly report: string;
  /** @throws StriateError where the flags ask for what needs all photos at once */
  open(
    model: string,
    photos: readonly PhotoFile[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<PhotoWork>;
}
