import type { PhotoCommand } from "./photo-command.ts";

/** The commands over photos that can be shared out, by name; each is loaded when it is wanted. */
export async function photoCommand(name: string): Promise<PhotoCommand | undefined> {
  if (name === "see") return (await import("../see-photos.ts")).seePhotos;
  if (name === "explain") return (await import("../explain-photos.ts")).explainPhotos;
  return undefined;
}
