import { type Field, type Fields, type Values, describe } from "../base/fields.ts";
import { StriateError, UsageError } from "../base/errors.ts";

/** A flag as commander takes it: `--scale-mode <value>`. */
export interface Flag {
  key: string;
  /** Commander's own spelling of the key. */
  attribute: string;
  notation: string;
  help: string;
  /** Whether it may be given several times: each adds to the list. */
  many: boolean;
}

/** The flags of a command, derived from its fields. */
export function flagsOf(fields: Fields): Flag[] {
  return Object.entries(fields).map(([key, field]) => {
    const name = key.replaceAll("_", "-");
    const on = field.kind === "boolean";
    const notation = on
      ? field.fallback === true
        ? `--no-${name}`
        : `--${name}`
      : `--${name} <${placeholder(field)}>`;
    const many = field.kind === "list";
    return { key, attribute: camel(name), notation, help: helpOf(field), many };
  });
}

const camel = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

function placeholder(field: Field<unknown>): string {
  const names = {
    integer: "n",
    number: "x",
    tuple: "n",
    choice: "name",
    string: "text",
    list: "text",
  } as const;
  if (field.placeholder !== undefined) return field.placeholder;
  return field.kind in names ? names[field.kind as keyof typeof names] : "value";
}

function helpOf(field: Field<unknown>): string {
  const parts = [field.help ?? ""];
  if (field.choices) parts.push(`(${field.choices.join(", ")})`);
  const { fallback } = field;
  const isPlain = field.kind !== "boolean" && field.kind !== "list";
  if (fallback !== undefined && fallback !== null && fallback !== "" && isPlain)
    parts.push(`[${describe(fallback).replaceAll('"', "")}]`);
  return parts.filter((part) => part !== "").join(" ");
}

/**
 * Writes out the values of flags that may stand alone: `--graph` becomes `--graph text`. The word
 * behind such a flag is its value only if it is one of its choices, since it may be an argument.
 */
export function writeOutImplied(fields: Fields, args: readonly string[]): string[] {
  const flags = new Map(
    Object.entries(fields).map(([key, field]) => [`--${key.replaceAll("_", "-")}`, field]),
  );
  return args.flatMap((arg, i) => {
    const { implied, choices } = flags.get(arg) ?? {};
    return implied === undefined || choices?.includes(args[i + 1] ?? "") ? [arg] : [arg, implied];
  });
}

/**
 * Turns the words of the command line into checked values. A wrong one is wrong usage (exit 2).
 *
 * @param example a whole command, for who left out what is required
 */
export function parseFlags<F extends Fields>(
  fields: F,
  given: Readonly<Record<string, unknown>>,
  example?: string,
): Values<F> {
  const values: Record<string, unknown> = {};
  for (const flag of flagsOf(fields)) {
    const field = fields[flag.key]!;
    const text = given[flag.attribute];
    if (text === undefined || (field.kind === "boolean" && text === field.fallback)) {
      if (field.required)
        throw new UsageError(
          `${flag.notation} is required: ${flag.help}${example === undefined ? "" : `, as in: ${example}`}`,
        );
      values[flag.key] = field.fallback;
      continue;
    }
    try {
      values[flag.key] = field.parse(fromText(field, text));
    } catch (error) {
      if (!(error instanceof StriateError)) throw error;
      throw new UsageError(`${flag.notation.split(" ")[0]}: ${error.message}`, { cause: error });
    }
  }
  return values as Values<F>;
}

/** The options that belong to some of a command's fields: those of a view, for instance. */
export function optionsOf<F extends Fields>(fields: F, options: Values<F>): Values<F> {
  const own = Object.keys(fields).map((key) => [key, options[key]]);
  return Object.fromEntries(own) as Values<F>;
}

/** What a flag's text stands for; a text that is no number stays one, so that messages can name it. */
function fromText(field: Field<unknown>, text: unknown): unknown {
  if (typeof text !== "string") return text;
  switch (field.kind) {
    case "number":
      return numberOr(text, Number.isFinite);
    case "integer":
      return numberOr(text, isExact);
    case "tuple": {
      const whole = (part: string) => numberOr(part, isExact);
      const parts = /[,x]/.test(text) ? text.split(/[,x]/).map(whole) : whole(text);
      return Array.isArray(parts) && parts.some((part) => typeof part === "string") ? text : parts;
    }
    default:
      return text;
  }
}

/** A larger whole number cannot be told from its neighbours. A fraction is refused by its field. */
const isExact = (number: number): boolean => Math.abs(number) < 2 ** 53;

const numberOr = (text: string, isNumber: (number: number) => boolean): number | string =>
  text.trim() === "" || !isNumber(Number(text)) ? text : Number(text);
