import { readFileSync } from "node:fs";
import { formats } from "../src/formats/index.ts";
import { tfOpNames } from "../src/formats/tensorflow/ops/index.ts";
import { findTfliteOp } from "../src/formats/tflite/ops/index.ts";
import { operatorNames } from "../src/formats/tflite/operator-names.ts";
import { operationClassNames, functionNames } from "../src/layers/operations/operation-layers.ts";
import { definitions } from "../src/layers/index.ts";

/** The ops that TF.js' converter lets through, as its own page lists them. */
const tfjsOps = readFileSync(new URL("tfjs-operators.txt", import.meta.url), "utf8")
  .trim()
  .split(/\s+/);

/** Ops of a graph that are settled before it is lowered, so that no record of an op stands for them. */
const settled = new Set(
  (
    "Const NoOp Placeholder PlaceholderWithDefault If StatelessIf Case StatelessCase While StatelessWhile Enter Exit LoopCond Merge NextIteration Switch " +
    "TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3 " +
    "TensorArrayV3 TensorArrayWriteV3 EmptyTensorList TensorListFromTensor TensorListGather TensorListGetItem " +
    "TensorListLength TensorListPushBack TensorListReserve TensorListSetItem TensorListStack"
  ).split(" "),
);

/** `docs/formats.md`, made of the tables that the readers go by. */
export function formatsPage(): string {
  const known = new Set(tfOpNames());
  const unreadTfjs = tfjsOps.filter((op) => !known.has(op) && !settled.has(op));
  const [read, unread] = split(
    operatorNames,
    (op) => findTfliteOp(op) !== undefined || op === "IF",
  );
  return [
    "# Formats",
    "",
    "What striate makes of each kind of model file. Made by `npm run docs` of the tables that the readers go by.",
    "",
    "What is **left out** takes only what depends on it away: the table of layers lists it with the reason, every map",
    "before it is drawn, and where all outputs of a file are lost, the last values before take their place.",
    "",
    ...formats.flatMap(({ title, about, writer }) => [
      `## ${title}`,
      "",
      ...list("read", about.reads),
      ...list(
        "written",
        writer ? [`as ${writer.answers.map((each) => `\`${each}\``).join(", ")}`] : [],
      ),
      ...list("drawn before, and left out", about.leavesOut),
      ...list("refused", about.refuses),
      "",
    ]),
    "## Layers of Keras",
    "",
    words([...new Set(Object.values(definitions).map(({ className }) => className))].sort()),
    "",
    `Operations of Keras 3 as layers: ${operationClassNames().length}. Functions of TensorFlow as layers: ${functionNames().length}.`,
    "",
    "## Ops of TensorFlow graphs",
    "",
    words([...known]),
    "",
    `Settled before: ${words([...settled].sort())}`,
    "",
    `Of the list of TF.js' converter left out: ${words(unreadTfjs)}`,
    "",
    "## Ops of TFLite",
    "",
    words(read),
    "",
    `Left out: ${words(unread)}`,
    "",
  ].join("\n");
}

const list = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`- **${title}**: ${items.join("; ")}`];

const words = (names: readonly string[]): string => names.join(", ");

function split<T>(items: readonly T[], goes: (item: T) => boolean): [T[], T[]] {
  return [items.filter(goes), items.filter((item) => !goes(item))];
}
