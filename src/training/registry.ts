import { StriateError } from "../base/errors.ts";
import { type Fields, type Options, describe, fromOptions, parseFields } from "../base/fields.ts";
import { nearestNames } from "../base/names.ts";

/** A loss, an optimizer, an initializer as Keras' JSON has it. Plain data, fit for a file. */
export interface Serialized {
  class_name: string;
  config: Record<string, unknown>;
  /** Keras 3 only. */
  module?: string;
  registered_name?: string | null;
}

/** What a user may write for one: a name in any spelling, or its serialized form. */
export type Identifier = string | Serialized;

/** The same, with the names that editors complete. */
export type Named<N extends string> = N | (string & Record<never, never>) | Serialized;

/** `glorotUniform` as `glorot_uniform`: Keras' own spelling. */
export type SnakeCase<S extends string> = S extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : S;

/** What all kinds of record share: a class name of Keras, and fields. */
export interface KerasRecord<F extends Fields = Fields> {
  className: string;
  /** Other names that stand for it: `mse`, `l1_l2`. */
  aliases?: readonly string[];
  fields: F;
}

/** A record with its values filled in. */
export interface Configured<D> {
  definition: D;
  config: Readonly<Record<string, unknown>>;
  /** As a Keras file keeps it; keys that no field declares are kept. */
  serialized: Serialized;
}

/** The records of one kind (`loss`), found by any of their names. */
export class Registry<D extends KerasRecord> {
  readonly kind: string;
  readonly #byName = new Map<string, D>();

  /** @param records all of them of type D; what their own fields hold is told by each alone */
  constructor(kind: string, records: Records) {
    this.kind = kind;
    for (const record of Object.values(records)) this.add(record as D);
  }

  /** Makes a record known, also one of the user's own. */
  add(definition: D): void {
    for (const name of [definition.className, ...(definition.aliases ?? [])])
      this.#byName.set(plainName(name), definition);
  }

  /** The record of this name, in any spelling. */
  find(name: string): D | undefined {
    return this.#byName.get(plainName(name));
  }

  /** Class names, for messages and help. */
  names(): string[] {
    return [...new Set([...this.#byName.values()].map((definition) => definition.className))];
  }

  /**
   * Parses what a user or a Keras file says: `"glorot_uniform"`, `"glorotUniform"`,
   * `{ class_name: "GlorotUniform", config: {} }`, or Keras 3's wrapped function
   * `{ class_name: "function", config: "binary_crossentropy" }`.
   * @throws StriateError for an unknown name or a wrong value
   */
  parse(identifier: unknown): Configured<D> {
    const { name, raw } = this.#read(identifier);
    const definition = this.#byName.get(plainName(name));
    if (definition === undefined)
      throw new StriateError(
        `unknown ${this.kind} "${name}"; nearest: ${nearestNames(name, this.names()).join(", ")}`,
      );
    try {
      const config = parseFields(definition.fields, raw);
      return {
        definition,
        config,
        serialized: { class_name: definition.className, config: { ...raw, ...config } },
      };
    } catch (error) {
      if (!(error instanceof StriateError)) throw error;
      throw new StriateError(`${this.kind} "${definition.className}": ${error.message}`, {
        cause: error,
      });
    }
  }

  #read(identifier: unknown): { name: string; raw: Record<string, unknown> } {
    if (typeof identifier === "string") return { name: identifier, raw: {} };
    if (typeof identifier === "object" && identifier !== null && "class_name" in identifier) {
      const { class_name: name, config } = identifier as Record<string, unknown>;
      if (typeof config === "string") return { name: config, raw: {} };
      const raw = (config ?? {}) as Record<string, unknown>;
      // LossFunctionWrapper and MeanMetricWrapper name the function that they wrap.
      if (raw.fn !== undefined) return { raw, name: this.#read(raw.fn).name };
      if (typeof name === "string") return { name, raw };
    }
    throw new StriateError(
      `expected the name of a ${this.kind} or { class_name, config }, got ${describe(identifier)}`,
    );
  }
}

/**
 * Keras spells the same thing GlorotUniform and glorot_uniform, and TF.js glorotUniform; tf_keras puts
 * the package in front, `Custom>RMSprop`.
 */
const plainName = (name: string): string =>
  name.replace(/^.*>/, "").toLowerCase().replace(/[\s_]/g, "");

/** The records of one kind, by the names that a TypeScript user calls them. */
type Records = Readonly<Record<string, KerasRecord>>;

/**
 * The functions with which a TypeScript user writes the records of one kind: options in camelCase in,
 * Keras' own JSON out.
 */
export type Creators<R extends Records> = {
  readonly [K in keyof R]: (options?: Options<R[K]["fields"]>) => Serialized;
};

/** See `Creators`. */
export const creators = <R extends Records>(records: R): Creators<R> =>
  Object.fromEntries(
    Object.entries(records).map(([name, record]) => [name, creator(record)]),
  ) as Creators<R>;

const creator =
  ({ className, fields }: KerasRecord) =>
  (options: Readonly<Record<string, unknown>> = {}): Serialized => ({
    class_name: className,
    config: parseFields(fields, fromOptions(fields, options)),
  });
