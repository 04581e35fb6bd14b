import { type Fields, fromOptions, parseFields } from "../../base/fields.ts";
import type { ReportFigure } from "../../report/report.ts";
import type { Given, Seen } from "../../views/run-view.ts";
import { type Takes, photosOf } from "../../views/subject.ts";

/** What any view has seen. */
export type AnySeen = Seen<Takes, Fields, Fields, unknown>;

/** What a page shows of a result: the view's figures, or its pictures where it has none. */
export async function figuresOf(seen: AnySeen, given: Given<Fields>): Promise<ReportFigure[]> {
  const { view, result, subject } = seen;
  if (view.figures) {
    const shows = parseFields(view.shows, fromOptions(view.shows, given));
    return [...view.figures(result, subject, shows)];
  }
  // Most pages hold numbers alone.
  const { toSvg } = await import("../../plot/svg.ts");
  const isOne = photosOf(subject).length === 1;
  return Array.from(seen.draw(given), ({ name, picture }) => ({
    kind: "picture",
    ...(isOne && { photo: 0 }),
    name,
    width: picture.width,
    height: picture.height,
    description: picture.description ?? picture.title ?? name,
    svg: new TextEncoder().encode(toSvg(picture)),
  }));
}
