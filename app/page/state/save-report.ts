import { download } from "./download.ts";
import type { Desk } from "./desk.svelte.ts";

/** The whole state as one HTML file: the maps that are shown, and what was asked of them since. */
export async function saveReport(session: Desk): Promise<void> {
  const { model, photo, shown, scale, colormap, theme, results } = session;
  if (model === undefined || photo === undefined) return;
  const looks = { scale, theme, ...(colormap !== "auto" && { colormap }) };
  const asked = results.filter((one) => one.photo === photo.id).map(({ result }) => result);
  const bytes = await session.call("Writing the report", "report", [
    model.id,
    photo.id,
    shown,
    asked,
    looks,
  ]);
  if (bytes) download(`${photo.name.replace(/\.\w+$/, "")}.html`, bytes, "text/html");
}
