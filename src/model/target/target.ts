import { StriateError } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";

/**
 * What a view explains: a number that the network computes. One grammar for library, command line and
 * page:
 *
 * | expression                                | the number                                                      |
 * | ----------------------------------------- | --------------------------------------------------------------- |
 * | `predicted`                               | the logit of the class that the network predicts (the default)  |
 * | `class:dog`, `class:0`, `dog`             | the logit of a class: the value before the softmax or sigmoid   |
 * | `logit:dog`                               | the same                                                        |
 * | `probability:dog`                         | the class's value behind the softmax or sigmoid                 |
 * | `difference:dog-cat`                      | the logit of one class minus that of another                    |
 * | `unit:conv2d_3[17]`                       | channel 17 of a layer, mean over its places                     |
 * | `unit:conv2d_3[17]@4,5`                   | the same at row 4, column 5                                     |
 * | `unit:conv2d_pre[3]`                      | before the layer's own activation                               |
 * | `layer:conv2d_2`, `layer:conv2d_2@4,5`    | mean over all of a layer, or over its channels at one place     |
 * | `output:NAME[3]`, `output:NAME`           | a number of an output as it comes out                           |
 *
 * A single sigmoid is two classes: the second has its value, the first the one with the sign turned (as
 * probability: one minus it). Classes are named by their label or their number, `class:`, `logit:` and
 * `probability:` without a name mean the predicted class. Of maps that come out (a segmentation) a class
 * is the mean over all places.
 */
export type Target =
  | { readonly kind: "predicted" }
  /** An empty name is the predicted class. */
  | { readonly kind: "class" | "logit" | "probability"; readonly name: string }
  /** Two names with a hyphen between them; where it stands is known with the labels. */
  | { readonly kind: "difference"; readonly names: string }
  | { readonly kind: "unit"; readonly layer: string; readonly unit: number; readonly at?: Position }
  | { readonly kind: "layer"; readonly layer: string; readonly at?: Position }
  | {
      readonly kind: "output";
      readonly output: string;
      readonly unit?: number;
      readonly at?: Position;
    };

/** Row and column of a map, one number for each of its axes. */
export type Position = readonly number[];

const parsers: Readonly<Record<string, (rest: string) => Target>> = {
  class: (name) => ({ kind: "class", name }),
  logit: (name) => ({ kind: "logit", name }),
  probability: (name) => ({ kind: "probability", name }),
  difference: (names) => {
    if (!/.-./.test(names)) throw expected("difference:", "two classes, as dog-cat", names);
    return { kind: "difference", names };
  },
  unit(rest) {
    const { name, unit, at } = parts(rest);
    if (name === "" || unit === undefined)
      throw expected("unit:", "a layer and a channel, as conv2d_3[17] or conv2d_3[17]@4,5", rest);
    return { kind: "unit", layer: name, unit, ...(at && { at }) };
  },
  layer(rest) {
    // Brackets belong to the name here: `conv[1]` is the second call of a layer.
    const [, layer = rest, position] = /^(.*?)@(\d+(?:,\d+)*)$/.exec(rest) ?? [];
    if (layer === "") throw expected("layer:", "a layer, as conv2d_2", rest);
    const at = position?.split(",").map(Number);
    return { kind: "layer", layer, ...(at && { at }) };
  },
  output(rest) {
    const { name, unit, at } = parts(rest);
    if (name === "") throw expected("output:", "an output, as NAME[3]", rest);
    return { kind: "output", output: name, ...(unit !== undefined && { unit }), ...(at && { at }) };
  },
};

/** The words that an expression may begin with. */
export const targetKinds = Object.keys(parsers);

const expected = (kind: string, what: string, got: string) =>
  new StriateError(`target "${kind}${got}": expected ${what}`);

/** `conv2d_3[17]@4,5`; only the last bracket is a channel: `conv[1][17]` is one of the layer `conv[1]`. */
function parts(text: string): { name: string; unit?: number; at?: number[] } {
  const [, name = text, unit, position] =
    /^(.*?)(?:\[(\d+)\])?(?:@(\d+(?:,\d+)*))?$/.exec(text) ?? [];
  return {
    name,
    ...(unit !== undefined && { unit: Number(unit) }),
    ...(position !== undefined && { at: position.split(",").map(Number) }),
  };
}

/**
 * Reads a target as a user writes it. Names are looked up when it is resolved against a network.
 *
 * @throws StriateError that says what was expected
 */
export function parseTarget(text: string): Target {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "predicted") return { kind: "predicted" };
  const [, word, rest = ""] = /^([a-z]+):(.*)$/i.exec(trimmed) ?? [];
  if (word === undefined) return { kind: "class", name: trimmed };
  const parser = Object.hasOwn(parsers, word.toLowerCase())
    ? parsers[word.toLowerCase()]
    : undefined;
  if (parser) return parser(rest.trim());
  const near = nearestNames(word, targetKinds, 1)[0]!;
  throw new StriateError(
    `target "${trimmed}": "${word}:" is no kind of target; did you mean "${near}:"? ` +
      `Known are ${targetKinds.map((kind) => `${kind}:`).join(", ")}`,
  );
}

/** Several targets with commas between them; those of a position, `unit:conv2d[3]@4,5`, part nothing. */
export function splitTargets(text: string): string[] {
  const targets: string[] = [];
  for (const part of text.split(",")) {
    const last = targets.at(-1);
    if (last !== undefined && /@\d+(,\d+)*$/.test(last) && /^\d+$/.test(part.trim()))
      targets[targets.length - 1] = `${last},${part.trim()}`;
    else targets.push(part.trim());
  }
  return targets;
}

/** A target as a user would write it: what {@link parseTarget} reads. */
export function formatTarget(target: Target): string {
  switch (target.kind) {
    case "predicted":
      return "predicted";
    case "difference":
      return `difference:${target.names}`;
    case "unit":
      return `unit:${target.layer}[${target.unit}]${positionText(target.at)}`;
    case "layer":
      return `layer:${target.layer}${positionText(target.at)}`;
    case "output":
      return `output:${target.output}${target.unit === undefined ? "" : `[${target.unit}]`}${positionText(target.at)}`;
    default:
      return `${target.kind}:${target.name}`;
  }
}

const positionText = (at: Position | undefined): string => (at ? `@${at.join(",")}` : "");
