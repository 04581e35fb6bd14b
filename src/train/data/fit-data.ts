import { StriateError } from "../../base/errors.ts";
import { validationSplit as splitRows } from "../../data/examples/validation-split.ts";
import {
  type TensorData,
  type TrainingData,
  batchesOf,
  isTrainingData,
  rowsOf,
  sliceRows,
} from "./training-data.ts";

/** How tensors in memory become batches; a data set has its own batches. */
export interface FitDataOptions {
  /** Rows of a batch; 32 by default. */
  batchSize?: number;
  /** Whether each epoch has an order of its own; true by default. */
  shuffle?: boolean;
  /** Of the order. */
  seed?: number;
  /** The share of the rows, the last ones as they are given, to validate with. */
  validationSplit?: number;
  validationData?: TrainingData | TensorData;
}

/**
 * What `fit` trains on and validates with. A split is made before the rows are shuffled, as in Keras.
 *
 * @throws StriateError where a part would be empty, or a data set is asked to be split
 */
export function fitData(
  data: TrainingData | TensorData,
  options: FitDataOptions = {},
): { data: TrainingData; validationData: TrainingData | undefined } {
  const { batchSize = 32, shuffle = true, seed = 0, validationSplit, validationData } = options;
  const validation = (given: TrainingData | TensorData) => evaluationData(given, batchSize);
  if (isTrainingData(data)) {
    if (validationSplit !== undefined)
      throw new StriateError(
        "validationSplit is for tensors; split a data set with split(), take() and skip(), and give " +
          "validationData",
      );
    return { data, validationData: validationData && validation(validationData) };
  }
  if (validationData === undefined && validationSplit !== undefined) {
    const rows = rowsOf(data);
    const { train } = splitRows(rows, validationSplit);
    return {
      data: batchesOf(sliceRows(data, 0, train), { batchSize, shuffle, seed }),
      validationData: validation(sliceRows(data, train, rows)),
    };
  }
  return {
    data: batchesOf(data, { batchSize, shuffle, seed }),
    validationData: validationData && validation(validationData),
  };
}

/** Data to be looked at once, in its order. */
export const evaluationData = (data: TrainingData | TensorData, batchSize = 32): TrainingData =>
  isTrainingData(data) ? data : batchesOf(data, { batchSize });
