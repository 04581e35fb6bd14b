import { describe, expect, it } from "vitest";
import { drawFigure, figures } from "./gallery/figures.ts";
import { readText, smallStage } from "./gallery/stage.ts";
import { type Thumbnail, greyDifference, thumbnailOf } from "./gallery/thumbnail.ts";

describe("the gallery", () => {
  const stage = smallStage();

  it.each(figures.map((figure) => [figure.name, figure] as const))(
    "%s looks as it did",
    async (name, figure) => {
      const { picture, caption } = await drawFigure(figure, await stage);
      expect(caption).toMatch(/\w/);
      const kept = await readText(new URL(`gallery/thumbnails/${name}.json`, import.meta.url));
      expect(kept, "look at it (npm run gallery), then npm run gallery -- --update").toBeDefined();
      const before = JSON.parse(kept!) as Thumbnail;
      const now = thumbnailOf(picture);
      expect([now.size, now.marks]).toEqual([before.size, before.marks]);
      expect(greyDifference(now, before), "npm run gallery shows it").toBeLessThanOrEqual(6);
    },
  );
});
