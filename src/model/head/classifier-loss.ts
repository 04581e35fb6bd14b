import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import type { LabelMode } from "../../data/examples/batch.ts";
import { parseLoss } from "../../training/losses/index.ts";
import type { Identifier, Serialized } from "../../training/registry.ts";
import { type Head, findHead, findHeads, isList } from "./head.ts";
import type { Network } from "../network.ts";

/** Loss, labels and accuracy that fit the head of a classifier. */
export interface ClassifierLoss {
  loss: Serialized;
  accuracy: Serialized | string;
  labels: LabelMode;
  /** How the outputs are read as scores of the classes. */
  scores: Pick<Head, "kind" | "applied">;
  /** Whether the file was compiled with this loss. */
  fromFile: boolean;
  /** What the file was compiled to multiply it by; 1 where it says nothing. */
  weight: number;
  /** Why it is not, or may not be, the loss that the file was compiled with, where it has one. */
  notice?: string;
}

/** What a file was compiled with, of its losses. */
export interface CompiledLoss {
  /** As the file writes it. */
  readonly loss?: unknown;
  readonly lossWeights?: unknown;
}

/**
 * What a classifier is trained and measured with: the loss that its file was compiled with; else, by its
 * output, one unit is a yes or no, several are classes.
 *
 * @param compiled what the file was compiled with
 * @throws StriateError when the head does not fit the number of classes
 */
export function classifierLoss(
  network: Network,
  classNames: readonly string[],
  compiled?: CompiledLoss,
): ClassifierLoss {
  const head = findHead(network, []);
  // What else comes out (the number of the best class, features) is no second list of classes.
  const lists = findHeads(network).filter(isList).length;
  if (head === undefined || lists !== 1 || head.map !== undefined)
    throw new StriateError(
      `${network.origin.file ?? network.name}: expected one output of shape (None, units), so that it can ` +
        `tell classes apart, got ${outputsOf(network)}; train --head new gives it one`,
    );
  const units = head.units ?? classNames.length;
  const classes = classNames.length;
  if (!(units === classes && units > 1) && !(units === 1 && classes === 2))
    throw new StriateError(
      `the model's output "${head.port.name}" has ${counted(units, "unit")}, the data has ` +
        `${classes} classes (${classNames.slice(0, 6).join(", ")}${classes > 6 ? ", ..." : ""}); ` +
        `give the head ${classes === 2 ? "one sigmoid unit or two units" : `${classes} units`}, or train it a new ` +
        `one (--head new)`,
    );
  const own = lossByHead(head, units);
  const said = onlyOne(compiled?.loss) as Identifier | undefined;
  if (said === undefined) return own;
  const file = lossOfFile(head, units, said);
  const weight = onlyOne(compiled?.lossWeights);
  if (typeof file !== "string")
    return { ...own, ...file, ...(typeof weight === "number" && { weight }) };
  const { class_name: taken } = own.loss;
  return { ...own, notice: `the file was compiled with the loss ${file}; ${taken} is taken` };
}

const outputsOf = ({ outputs }: Network): string =>
  outputs.map(({ name, shape }) => `"${name}" ${formatShape(shape)}`).join(", ") || "none";

/** The loss that the head asks for. */
function lossByHead(head: Head, units: number): ClassifierLoss {
  const { kind } = head;
  const logits = !head.applied || kind === "log-softmax";
  const single = units === 1;
  const activation = single ? "sigmoid" : "softmax";
  return {
    loss: {
      class_name: single ? "BinaryCrossentropy" : "SparseCategoricalCrossentropy",
      config: logits ? { from_logits: true } : {},
    },
    accuracy: single && logits ? yesFromZero : "accuracy",
    labels: single ? "binary" : "int",
    scores: kind === "logits" ? { kind: activation, applied: false } : head,
    fromFile: false,
    weight: 1,
  };
}

/** A logit is a yes from 0 on. */
const yesFromZero = {
  class_name: "BinaryAccuracy",
  config: { name: "accuracy", threshold: 0 },
} as const;

/** The file's own loss with the labels that it takes, or what is wrong with it. */
function lossOfFile(head: Head, units: number, said: Identifier): Partial<ClassifierLoss> | string {
  const name = typeof said === "string" ? said : String(said.class_name);
  let parsed;
  try {
    parsed = parseLoss(said);
  } catch {
    return `"${name}", which is not known here`;
  }
  const { definition, serialized } = parsed;
  const takesClasses = definition.targets === "classes";
  if (units === 1 && (takesClasses || definition.needsClasses))
    return `${definition.className}, which learns nothing from one unit`;
  const { unwritten = "" } = definition;
  // A file may say anything in its place; a function's name says all.
  const config: unknown = typeof said === "string" ? undefined : said.config;
  const isUnsaid =
    unwritten !== "" && typeof config === "object" && config !== null && !(unwritten in config);
  const plain = !head.applied && head.kind === "logits";
  const asYes = units === 1 && plain && !/Hinge/.test(definition.className);
  return {
    loss: serialized,
    labels: takesClasses ? "int" : units === 1 ? "binary" : "categorical",
    fromFile: true,
    ...(isUnsaid && {
      notice: `the file does not say the ${unwritten} of its ${definition.className} loss; ${String(parsed.config[unwritten])} is taken, as Keras does`,
    }),
    // A number that was fitted to 0 and 1 is read as it is; all others without a loss of logits by the head.
    ...(asYes ? { scores: { kind: "sigmoid", applied: true }, accuracy: "accuracy" } : {}),
  };
}

/** What is chosen for the one output of a model, however the file writes it. */
function onlyOne(choice: unknown): unknown {
  if (Array.isArray(choice)) return choice.length === 1 ? onlyOne(choice[0]) : undefined;
  if (typeof choice !== "object" || choice === null) return choice ?? undefined;
  if ("class_name" in choice) return choice;
  const each: unknown[] = Object.values(choice);
  return each.length === 1 ? onlyOne(each[0]) : undefined;
}
