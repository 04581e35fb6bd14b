import { StriateError } from "../base/errors.ts";
import { toUser } from "../model/network.ts";
import { prepareImage } from "../data/pictures/preprocess.ts";
import { preprocessingFor } from "../model/photo/photo-input.ts";
import { type Prediction, formatPrediction, readPrediction } from "../model/head/prediction.ts";
import { formatNumber } from "../plot/format-number.ts";
import { defineView, type ViewTable } from "./define-view.ts";
import {
  type PreprocessingFindings,
  describeFindings,
  findPreprocessing,
  saysSomething,
} from "./preprocessing-detective.ts";
import { linesOfTable } from "./lines-of-table.ts";

/** What a photo tells of a network. */
export interface PhotoFindings extends PreprocessingFindings {
  /** The file as the user named it. */
  readonly photo: string;
  /** What the network says of the photo, prepared as found. */
  readonly prediction: Prediction | undefined;
}

/** Finds out by a photo how photos were prepared when a network was trained. */
export const preprocessingView = defineView({
  id: "preprocessing",
  title: "Preprocessing",
  family: "inside",
  summary: "Find out by a photo how photos were prepared when the network was trained",
  formula:
    "median over channels of KL(photo's values || stored statistics) at the first batch norm",
  pitfall: "Without a batch normalisation the output alone speaks, which is a weak hint.",
  takes: "photo",
  command: { name: "inspect" },
  asks: {},
  shows: {},
  async compute({ running }, { name, photo, labels }): Promise<PhotoFindings> {
    if (photo === undefined)
      throw new StriateError(
        `${name}: finding the preprocessing needs the photo itself, got tensors that are prepared already`,
      );
    const { network } = running;
    const findings = await findPreprocessing(running, photo);
    const { how, input } = preprocessingFor(network, { scale: findings.how.scale });
    const feeds = { [input.port.name]: prepareImage(photo, how, input.layout) };
    const ports = network.outputs;
    const values = await running.run(
      feeds,
      ports.map((port) => port.value),
    );
    const outputs = values.map((value, i) => toUser(value, ports[i]!));
    const prediction = readPrediction(network, outputs, labels);
    return { ...findings, photo: photo.origin.name, prediction };
  },
  words(findings, _subject, _asks, width) {
    const { photo, guesses, prediction } = findings;
    const found = `preprocessing, by ${photo}: ${describeFindings(findings)}`;
    return {
      caption: `${found}.`,
      lines: [
        found,
        ...(guesses.some(saysSomething) ? linesOfTable(guessTable(findings), width) : []),
        ...(prediction ? [`with it: ${formatPrediction(prediction)}`] : []),
      ],
    };
  },
  json: (findings) => findings,
  tables: (findings) => (findings.guesses.some(saysSomething) ? [guessTable(findings)] : []),
});

/** The ways that were tried, best first. */
function guessTable({ fitted, guesses }: PhotoFindings): ViewTable {
  const known = (value: number | null) => (value === null ? "" : formatNumber(value));
  return {
    name: "guesses",
    columns: [
      { title: "scale" },
      ...(fitted === undefined ? [] : [{ title: "misfit", right: true }]),
      { title: "entropy (bits)", right: true },
    ],
    rows: guesses.map(({ scale, misfit, entropy }) => [
      scale,
      ...(fitted === undefined ? [] : [known(misfit)]),
      known(entropy),
    ]),
  };
}
