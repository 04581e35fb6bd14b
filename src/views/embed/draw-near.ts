import { formatNumber } from "../../plot/format-number.ts";
import { layoutGrid } from "../../plot/grid.ts";
import { page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { shortenText } from "../../plot/text.ts";
import { type ThemeName, themes } from "../../plot/theme.ts";
import type { Embedding } from "./embedding.ts";
import { type NearPhotos, nearThumbnail } from "./near-photos.ts";

const small = { size: 11 } as const;
const line = 14;

/** A photo, and those of the set that lie nearest to it, with class and distance. */
export function drawNear(
  { title, layer, part, classNames }: Embedding,
  { photo, rows, distances, pictures }: NearPhotos,
  words: { readonly subtitle: string; readonly theme: ThemeName },
): Picture {
  const theme = themes[words.theme];
  const grid = layoutGrid({
    count: pictures.length,
    cellWidth: nearThumbnail,
    cellHeight: nearThumbnail + 2 * line + 6,
    ...{ gapX: 16, gapY: 16, columns: "auto", autoWidth: 8 * (nearThumbnail + 16) },
  });
  const marks = pictures.map((raster, i): Mark => {
    const row = rows[i - 1];
    const lines =
      row === undefined
        ? ["the photo", ""]
        : [
            classNames[part.classes[row]!] ?? `class ${part.classes[row]!}`,
            formatNumber(distances[i - 1]!, 3),
          ];
    const [width, height] = raster ? [raster.width, raster.height] : [nearThumbnail, nearThumbnail];
    const box = {
      x: (nearThumbnail - width) / 2,
      y: (nearThumbnail - height) / 2,
      ...{ width, height },
    };
    return {
      kind: "group",
      ...grid.at(i),
      title: row === undefined ? photo : part.names.at(row),
      marks: [
        raster
          ? { kind: "image", ...box, raster }
          : { kind: "rect", ...box, fill: theme.faint, opacity: 0.3 },
        ...lines.map((text, k): Mark => ({
          kind: "text",
          x: 0,
          y: nearThumbnail + (k + 1) * line,
          text: shortenText(text, nearThumbnail, small),
          fill: row === undefined ? theme.ink : theme.muted,
          ...small,
        })),
      ],
    };
  });
  return page({
    title: `near ${photo}`,
    subtitle: words.subtitle,
    caption:
      `The photos whose vectors lie nearest by what ${layer} of ${title} makes of them (${part.vectors.width} numbers each), ` +
      "the nearest first, with class and Euclidean distance.",
    body: { width: grid.width, height: grid.height, marks },
    theme,
  });
}
