import { textTable } from "../base/text-table.ts";
import { Model } from "../api/model.ts";
import type { OpenedModel } from "../formats/format.ts";
import { readLabels } from "../api/read-labels.ts";
import { formatNumber } from "../plot/format-number.ts";
import { runtime } from "../runtime/node/index.ts";
import {
  type PreprocessingFindings,
  describeFindings,
  findPreprocessing,
} from "../views/preprocessing-detective.ts";
import { type Prediction, formatPrediction, readPrediction } from "../model/head/prediction.ts";
import { readPhoto } from "./photos.ts";

/** What a photo tells of a network. */
export interface PhotoFindings extends PreprocessingFindings {
  photo: string;
  /** What the network says of the photo, prepared as found. */
  prediction: Prediction | undefined;
}

/** Finds out how a photo is to be prepared for a network, and what the network then says of it. */
export async function inspectPhoto(
  opened: OpenedModel,
  photo: string,
  labels: string | null,
): Promise<PhotoFindings> {
  const names = labels === null ? opened.network.labels : await readLabels(labels);
  const model = new Model(opened, runtime);
  const image = await readPhoto(photo, {});
  try {
    const findings = await findPreprocessing(model.running, image);
    const outputs = await model.predictAll(image, { scale: findings.how.scale });
    return { ...findings, photo, prediction: readPrediction(model.network, outputs, names) };
  } finally {
    await model.dispose();
  }
}

/** The findings in words: the ways that were tried, the one that seems right, the prediction with it. */
export function formatFindings(findings: PhotoFindings): string {
  const { photo, guesses, prediction, fitted } = findings;
  const known = (value: number | null) => (value === null ? "" : formatNumber(value));
  const table = textTable(
    [
      { title: "scale" },
      ...(fitted === undefined ? [] : [{ title: "misfit", right: true }]),
      { title: "entropy (bits)", right: true },
    ],
    guesses.map(({ scale, misfit, entropy }) => [
      scale,
      ...(fitted === undefined ? [] : [known(misfit)]),
      known(entropy),
    ]),
  );
  return [
    `preprocessing, by ${photo}: ${describeFindings(findings)}`,
    ...(guesses.length > 0 ? [table] : []),
    ...(prediction ? [`with it: ${formatPrediction(prediction)}`] : []),
  ].join("\n");
}
