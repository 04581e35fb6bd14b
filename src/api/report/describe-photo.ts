import { fileName } from "../../base/names.ts";
import { composeAffine, scaleAffine } from "../../base/affine.ts";
import type { Image } from "../../data/pictures/image.ts";
import type { InputPlace } from "../../model/photo/prepare-photo.ts";
import type { Prediction } from "../../model/head/prediction.ts";
import { resizeSmooth } from "../../plot/resize.ts";
import { encodePixels } from "../../report/pixels.ts";
import type { ReportPhoto, ReportPicture, ReportPrediction } from "../../report/report.ts";
import type { PhotoSubject } from "../../views/subject.ts";

/** Longest side of a photo in a report, in pixels. */
const mostPixels = 640;
/** Classes that are named. */
const mostClasses = 10;

export function describePhoto(
  { name, photo, place, preparation }: PhotoSubject,
  prediction: Prediction | undefined,
): ReportPhoto {
  return {
    name,
    ...(photo && { file: fileWords(photo) }),
    preparation,
    ...(photo && place && { picture: pictureOf(photo, place) }),
    ...(prediction && { prediction: firstClasses(prediction) }),
  };
}

/** `dog.jpg, JPEG, 468 × 589` */
function fileWords({ origin }: Image): string {
  const [height, width] = origin.storedSize;
  return [fileName(origin.name), origin.format, `${width} × ${height}`, ...origin.steps].join(", ");
}

function pictureOf(photo: Image, { size, toPhoto }: InputPlace): ReportPicture {
  const { width: fullWidth, height: fullHeight, data } = photo;
  const bytes = data instanceof Uint8Array ? data : Uint8Array.from(data, Math.round);
  const factor = Math.min(1, mostPixels / Math.max(fullWidth, fullHeight));
  const width = Math.max(1, Math.round(fullWidth * factor));
  const height = Math.max(1, Math.round(fullHeight * factor));
  const whole = { width: fullWidth, height: fullHeight, channels: 3, data: bytes } as const;
  const small = factor === 1 ? whole : resizeSmooth(whole, width, height);
  return {
    width,
    height,
    pixels: encodePixels(small),
    input: { width: size[1], height: size[0] },
    fromInput: composeAffine(toPhoto, scaleAffine(photo, small)),
  };
}

function firstClasses({ probabilities, scores }: Prediction): ReportPrediction {
  const first = scores.slice(0, mostClasses);
  return { probabilities, scores: first, others: scores.length - first.length };
}
