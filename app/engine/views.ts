import { type Picture, type Seen, type Subjects, allViews, byFamily, toSvg } from "striate";
import type { DrawnPicture, FieldInfo, Given, ViewAnswer, ViewInfo } from "./protocol.ts";

type AnySeen = Seen<keyof Subjects, Fields, Fields, unknown>;
type Fields = (typeof allViews)[number]["asks"];

/** The most pictures that are drawn unasked. */
const mostPictures = 12;

/** Every way of seeing with the fields that its controls derive from, family by family. */
export const viewInfos = (): ViewInfo[] =>
  byFamily(allViews).flatMap(({ title: family, views }) =>
    views.map(({ id, title, summary, paper, formula, pitfall, takes, asks, shows }) => ({
      ...{ id, title, family, summary, paper, formula, pitfall, takes },
      asks: fieldInfos(asks),
      shows: fieldInfos(shows),
    })),
  );

function fieldInfos(fields: Fields): FieldInfo[] {
  return Object.entries(fields).map(([key, field]) => ({
    key,
    kind: field.kind,
    help: field.help ?? "",
    fallback: field.fallback ?? null,
    nullable: field.fallback === null,
    required: field.required,
    ...(field.choices && { choices: field.choices }),
    ...(field.min !== undefined && { min: field.min }),
    ...(field.max !== undefined && { max: field.max }),
  }));
}

/** What the page shows of a result. */
export function viewAnswer(result: number, seen: AnySeen, shows: Given): ViewAnswer {
  const { caption, lines } = seen.words;
  return {
    ...{ result, view: seen.view.id, caption, lines, stopped: seen.stopped },
    tables: seen.tables.map(({ name, columns, rows }) => ({
      name,
      columns: columns.map(({ title, right }) => ({ title, right: right ?? false })),
      rows,
    })),
    ...drawn(seen, shows),
  };
}

export function drawn(seen: AnySeen, shows: Given): Pick<ViewAnswer, "pictures" | "pictureCount"> {
  const pictures: DrawnPicture[] = [];
  let pictureCount = 0;
  for (const { name, picture } of seen.draw(shows as never)) {
    if (pictureCount++ < mostPictures) pictures.push(drawnPicture(name, picture));
    else if (pictureCount > 1000) break;
  }
  return { pictures, pictureCount };
}

const drawnPicture = (name: string, picture: Picture): DrawnPicture => ({
  name,
  svg: toSvg(picture),
  width: picture.width,
  height: picture.height,
  ...(picture.body && { top: picture.body.y }),
});

export type { AnySeen };
