import { field } from "../../base/fields.ts";
import { type KerasShape, type LowerContext, defineLayer } from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { knownLength } from "../symbolic.ts";
import type { Cell, CellConfig } from "./cell.ts";
import {
  gruCell,
  gruFields,
  lstmCell,
  lstmFields,
  simpleRnnCell,
  simpleRnnFields,
} from "./cells.ts";
import { convertGates } from "./convert-gates.ts";
import { type SequenceConfig, sequenceFields } from "./fields.ts";
import { lowerSequence, sequenceShapes } from "./lower-sequence.ts";
import { regularizerField } from "../fields/trained-fields.ts";

/** The rules of a layer that walks a cell over a sequence. */
function sequenceRules<C extends CellConfig>(cellOf: (config: C) => Cell) {
  return {
    kind: "recurrent" as const,
    inputRank: 3,
    fromKeras1: (config: Readonly<Record<string, unknown>>) =>
      renameKeras1(config, { output_dim: "units" }),
    weights: (config: C, [input]: readonly KerasShape[]) =>
      cellOf(config)
        .weights(knownLength(input!, -1))
        .map((spec) => ({ ...spec, holder: "cell" })),
    outputShape: (config: C & SequenceConfig, [input]: readonly KerasShape[]) =>
      sequenceShapes(config, input!, cellOf(config)),
    lower: (context: LowerContext<C & SequenceConfig>) =>
      lowerSequence(context, cellOf(context.config)),
  };
}

const layerFields = { ...sequenceFields, activity_regularizer: regularizerField() };

/** Source: https://keras.io/api/layers/recurrent_layers/simple_rnn/ */
export const simpleRnn = defineLayer({
  className: "SimpleRNN",
  fields: { ...layerFields, ...simpleRnnFields },
  ...sequenceRules(simpleRnnCell),
});

/** Source: https://keras.io/api/layers/recurrent_layers/lstm/ */
export const lstm = defineLayer({
  className: "LSTM",
  aliases: ["CuDNNLSTM", "LSTMV1", "LSTMV2"],
  fields: { ...layerFields, ...lstmFields, use_cudnn: field.json("auto") },
  convertWeights: (arrays) => convertGates(arrays, 4),
  ...sequenceRules(lstmCell),
});

/** Source: https://keras.io/api/layers/recurrent_layers/gru/ */
export const gru = defineLayer({
  className: "GRU",
  aliases: ["CuDNNGRU", "GRUV1", "GRUV2"],
  fields: { ...layerFields, ...gruFields, use_cudnn: field.json("auto") },
  // Before the key existed there was only the other way; a CuDNN layer (which names no activation)
  // always resets behind the product.
  fromKeras2: (config) => ({ reset_after: !("activation" in config), ...config }),
  convertWeights: (arrays) => convertGates(arrays, 3),
  ...sequenceRules(gruCell),
});
