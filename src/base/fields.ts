import { StriateError } from "./errors.ts";
import { unknownOption } from "./known-options.ts";

/**
 * A field of a record that comes from outside: a layer's configuration, a view's options. It is
 * declared once; its TypeScript type, default, parsing, messages, command-line flag and page control
 * all derive from the declaration.
 */
export interface Field<T> {
  readonly kind: FieldKind;
  /** Turns untrusted input into a value, or throws in words that follow "field: ". */
  parse(value: unknown): T;
  /** The value where nothing is given; a field without one is required. */
  readonly fallback?: T;
  readonly required: boolean;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** What the field's flag stands for when no value follows it: `--graph` is `--graph text`. */
  readonly implied?: string;
  /** One line for `--help` and the page. */
  readonly help?: string;
  /** What a text stands for, as usage shows it: `--model <file>`. */
  readonly placeholder?: string;
  /** Throws for a value that a person should not write, though a file may hold it: a name that is not known. */
  readonly written?: (value: unknown) => unknown;
}
export type FieldKind =
  | "integer"
  | "number"
  | "boolean"
  | "string"
  | "choice"
  | "tuple"
  | "list"
  | "json"
  | "tensor"
  | "network";
export type Fields = Record<string, Field<unknown>>;
export type Values<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** `kernel_size` as `kernelSize`: the spelling in TypeScript of a key that files spell Keras' way. */
export type CamelCase<S extends string> = S extends `${infer A}_${infer B}`
  ? B extends ""
    ? S
    : `${A}${Capitalize<CamelCase<B>>}`
  : S;

type FieldInput<T> = T extends readonly number[] ? T | number : T;
type RequiredKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly required: true } ? K : never;
}[keyof F];

/** What a TypeScript caller writes: camelCase keys; fields with a default may be left out. */
export type Options<F extends Fields> = {
  [K in RequiredKeys<F> & string as CamelCase<K>]: FieldInput<Values<F>[K]>;
} & {
  [K in Exclude<keyof F & string, RequiredKeys<F>> as CamelCase<K>]?: FieldInput<Values<F>[K]>;
};

interface Common {
  help?: string;
  placeholder?: string;
}
type Made<T, D> = Field<T> & { readonly required: D extends undefined ? true : false };

function make<T, D extends T | undefined>(
  kind: FieldKind,
  parse: (value: unknown) => T,
  fallback: D,
  extra: Partial<Field<T>> = {},
): Made<T, D> {
  return {
    kind,
    parse,
    required: fallback === undefined,
    ...(fallback === undefined ? {} : { fallback }),
    ...extra,
  } as Made<T, D>;
}

const expected = (what: string, value: unknown): never => {
  throw new StriateError(`expected ${what}, got ${describe(value)}`);
};

/** A value in a few words, for messages. */
export function describe(value: unknown): string {
  const text = typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

interface Range {
  min?: number;
  max?: number;
}

function checkRange(number: number, { min, max }: Range): number {
  if (min !== undefined && number < min) expected(`a number of at least ${min}`, number);
  if (max !== undefined && number > max) expected(`a number of at most ${max}`, number);
  return number;
}

/** A text field whose value is looked at where it is given: `check` throws for one that says nothing. */
export function checked<F extends Field<string>>(field: F, check: (value: string) => unknown): F {
  return {
    ...field,
    parse(value: unknown) {
      const text = field.parse(value);
      check(text);
      return text;
    },
  };
}

/** The field kinds. Each takes its default first; without one the field is required. */
export const field = {
  int<D extends number | undefined = undefined>(fallback?: D, options: Common & Range = {}) {
    const parse = (value: unknown): number =>
      typeof value === "number" && Number.isInteger(value)
        ? checkRange(value, options)
        : expected("a whole number", value);
    return make<number, D>("integer", parse, fallback as D, options);
  },
  number<D extends number | undefined = undefined>(fallback?: D, options: Common & Range = {}) {
    const parse = (value: unknown): number =>
      typeof value === "number" && !Number.isNaN(value)
        ? checkRange(value, options)
        : expected("a number", value);
    return make<number, D>("number", parse, fallback as D, options);
  },
  boolean<D extends boolean | undefined = undefined>(fallback?: D, options: Common = {}) {
    const parse = (value: unknown): boolean =>
      typeof value === "boolean"
        ? value
        : value === 0 || value === 1
          ? value === 1
          : expected("true or false", value);
    return make<boolean, D>("boolean", parse, fallback as D, options);
  },
  string<D extends string | undefined = undefined>(fallback?: D, options: Common = {}) {
    const parse = (value: unknown): string =>
      typeof value === "string" ? value : expected("a text", value);
    return make<string, D>("string", parse, fallback as D, options);
  },
  /** One of a few words. */
  choice<const C extends readonly string[], D extends C[number] | undefined = undefined>(
    choices: C,
    fallback?: D,
    options: Common & { implied?: C[number] } = {},
  ) {
    const parse = (value: unknown): C[number] =>
      typeof value === "string" && choices.includes(value)
        ? value
        : expected(`one of ${choices.join(", ")}`, value);
    return make<C[number], D>("choice", parse, fallback as D, { choices, ...options });
  },
  /** `length` whole numbers; a single one stands for all, as in Keras. */
  tuple<D extends readonly number[] | undefined = undefined>(
    length: number,
    fallback?: D,
    options: Common & Range = {},
  ) {
    const parse = (value: unknown): readonly number[] => {
      // bounded: by the field itself, two or three
      const list = Array.isArray(value) ? value : new Array<unknown>(length).fill(value);
      if (list.length !== length || !list.every((n) => Number.isInteger(n)))
        expected(length === 1 ? "a whole number" : `${length} whole numbers`, value);
      return (list as number[]).map((n) => checkRange(n, options));
    };
    return make<readonly number[], D>("tuple", parse, fallback as D, options);
  },
  /** Any number of texts; a flag is given once for each. None by default. */
  list(options: Common = {}) {
    const parse = (value: unknown): readonly string[] =>
      Array.isArray(value) && value.every((each) => typeof each === "string")
        ? value
        : expected("a list of texts", value);
    return make<readonly string[], readonly string[]>("list", parse, [], options);
  },
  /** Anything that JSON can say, taken as it is: for parts that another module parses. */
  json(fallback: unknown = null): Field<unknown> & { readonly required: false } {
    return { kind: "json", parse: (value) => value, fallback, required: false };
  },
  /** Lets null stand for "not given", whatever the field's own kind. */
  nullable<T>(inner: Field<T>) {
    const parse = (value: unknown): T | null => (value === null ? null : inner.parse(value));
    return {
      ...inner,
      parse,
      required: false,
      fallback: inner.fallback ?? null,
    } as Field<T | null> & { readonly required: false };
  },
};

/**
 * Parses an untrusted object. Absent keys take their defaults; keys that no field declares are
 * left to the caller.
 * @throws StriateError `key: expected ..., got ...`
 */
export function parseFields<F extends Fields>(
  fields: F,
  raw: Readonly<Record<string, unknown>>,
): Values<F> {
  const values: Record<string, unknown> = {};
  for (const [key, declared] of Object.entries(fields)) {
    const given = raw[key];
    if (given === undefined) {
      if (declared.required) throw new StriateError(`"${key}" is missing`);
      values[key] = declared.fallback;
      continue;
    }
    try {
      values[key] = declared.parse(given);
    } catch (error) {
      if (!(error instanceof StriateError)) throw error;
      throw new StriateError(`"${key}": ${error.message}`, { cause: error });
    }
  }
  return values as Values<F>;
}

/** Turns a TypeScript caller's camelCase keys into the declared ones; an unknown key is an error. */
export function fromOptions<F extends Fields>(
  fields: F,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const keys = new Map(Object.keys(fields).map((key) => [toCamelCase(key), key]));
  return Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([given, value]) => {
        const key = keys.get(given) ?? (given in fields ? given : undefined);
        if (key === undefined) throw new StriateError(unknownOption(given, keys.keys()));
        return [key, value];
      }),
  );
}

export function toCamelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
