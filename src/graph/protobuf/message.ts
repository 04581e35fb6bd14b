/** How a field's value is written: numbers by their width, `bytes` and `string` behind their length. */
export type Scalar = "bytes" | "double" | "float" | "int32" | "int64" | "string" | "uint64";

/** A field of a message: its number in the file, and what is in it. */
export interface Field {
  readonly number: number;
  /** A message of its own comes as a function, since messages may lie in one another. */
  readonly type: Scalar | (() => MessageSchema<object>);
  readonly many: boolean;
  /** Of many numbers: whether they are written in one piece. Both forms are read. */
  readonly packed: boolean;
  /** The property that holds `{ case, value }` of several fields of which one is set. */
  readonly oneOf?: string;
}

/** A kind of message: its fields in the order of their numbers, and what stands for one that is not there. */
export interface MessageSchema<T extends object> {
  readonly fields: readonly (Field & { readonly name: string })[];
  readonly byNumber: readonly ((Field & { readonly name: string }) | undefined)[];
  /** The prototype of its messages: a field that is not in the file is read from here. */
  readonly absent: T;
}

/** Fields of a file that the schema does not name, as they stood; written back behind the others. */
export const unknownFields = Symbol("unknown fields");

export const one = (number: number, type: Field["type"], oneOf?: string): Field => ({
  ...{ number, type, many: false, packed: false },
  ...(oneOf !== undefined && { oneOf }),
});

export const many = (number: number, type: Field["type"]): Field => ({
  ...{ number, type, many: true, packed: false },
});

export const packed = (number: number, type: Scalar): Field => ({
  ...{ number, type, many: true, packed: true },
});

const zeros: Readonly<Record<Scalar, unknown>> = {
  bytes: new Uint8Array(0),
  double: 0,
  float: 0,
  int32: 0,
  int64: 0n,
  string: "",
  uint64: 0n,
};

/** Declares a kind of message by the properties of its TypeScript type. */
export function message<T extends object>(fields: Record<string, Field>): MessageSchema<T> {
  const named = Object.entries(fields).map(([name, field]) => ({ ...field, name }));
  const absent: Record<string, unknown> = {};
  for (const { name, type, many, oneOf } of named)
    if (oneOf !== undefined) absent[oneOf] = { case: undefined };
    else if (!many && typeof type === "string") absent[name] = zeros[type];
  const byNumber: MessageSchema<T>["byNumber"][number][] = [];
  for (const field of named) byNumber[field.number] = field;
  return {
    fields: [...named].sort((a, b) => a.number - b.number),
    byNumber,
    absent: absent as T,
  };
}

/** A message with these fields; lists that are not given are empty. */
export function create<T extends object>(schema: MessageSchema<T>, given: Partial<T> = {}): T {
  const made = Object.create(schema.absent) as Record<string, unknown>;
  for (const { name, many } of schema.fields) if (many) made[name] = [];
  return Object.assign(made, given) as T;
}

/** Whether a message has a value of its own here, be it the one that is read where it has none. */
export const isSet = <T extends object>(made: T, field: keyof T & string): boolean =>
  Object.hasOwn(made, field);

export const isMessage = <T extends object>(
  value: unknown,
  schema: MessageSchema<T>,
): value is T => {
  const proto: unknown =
    typeof value === "object" && value !== null && Object.getPrototypeOf(value);
  return proto === schema.absent;
};
