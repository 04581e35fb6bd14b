import { page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { type ThemeName, themes } from "../../plot/theme.ts";
import type { Raster } from "../../plot/raster.ts";
import { textWidth } from "../../plot/text.ts";
import { classColor } from "./class-color.ts";
import type { Embedding } from "./embedding.ts";
import { mapThumbnail, unitPlaces } from "./map-photos.ts";
import { pointCloud, pointOpacity } from "./point-cloud.ts";

/** Pixels of the map's side. */
const side = 1160;
/** Points that are marks of their own, at most; more of them are one picture. */
const mostMarks = 20_000;
const small = { size: 12 } as const;
/** The map: a point for each photo in the colour of its class, and a photo for each place. */
export function drawEmbedding(
  { title, layer, part, places, pictures, classNames }: Embedding,
  words: { readonly subtitle: string; readonly caption: string; readonly theme: ThemeName },
): Picture {
  const theme = themes[words.theme];
  const at = unitPlaces(places);
  const room = side - mapThumbnail;
  const place = (row: number) => ({
    x: mapThumbnail / 2 + at[2 * row]! * room,
    y: mapThumbnail / 2 + (1 - at[2 * row + 1]!) * room,
  });
  const points =
    part.photos.length > mostMarks
      ? [cloudOf(pointCloud(side, part.classes, place))]
      : Array.from(part.photos, (_, row): Mark => {
          const { x, y } = place(row);
          const fill = classColor(part.classes[row]!);
          const at = { x: x - 1.5, y: y - 1.5, width: 3, height: 3 };
          return { kind: "rect", ...at, fill, opacity: pointOpacity };
        });
  const photos = pictures.map(({ row, raster }): Mark => {
    const { x, y } = place(row);
    const { width, height } = raster;
    const box = { x: x - width / 2, y: y - height / 2, width, height };
    return {
      kind: "group",
      x: 0,
      y: 0,
      title: part.names.at(row),
      marks: [
        {
          kind: "rect",
          ...{ x: box.x - 2, y: box.y - 2, width: width + 4, height: height + 4 },
          fill: classColor(part.classes[row]!),
        },
        { kind: "image", ...box, raster },
      ],
    };
  });
  const used = [...new Set(part.classes)].sort((a, b) => a - b).slice(0, 24);
  const legend = used.map((label) => {
    const text = classNames[label] ?? `class ${label}`;
    const marks: Mark[] = [
      { kind: "rect", x: 0, y: 0, width: 10, height: 10, fill: classColor(label) },
      { kind: "text", x: 16, y: 10, text, fill: theme.muted, ...small },
    ];
    return { width: 16 + textWidth(text, small), height: 14, marks };
  });
  return page({
    title: layer,
    subtitle: `${title}, ${words.subtitle}`,
    caption: words.caption,
    legend,
    body: { width: side, height: side, marks: [...points, ...photos] },
    theme,
  });
}

const cloudOf = (raster: Raster): Mark => ({
  kind: "image",
  ...{ x: 0, y: 0, width: side, height: side },
  raster,
});
