// What is asked of a network once its maps are there: it is loaded when it is needed.
import {
  type Image,
  type Model,
  type ModelSeen,
  type ReportLooks,
  StriateError,
  type UnitField,
  fieldView,
  htmlOf,
  toNpz,
  toPng,
  viewNamed,
} from "striate";
import type { CallContext } from "./call-context.ts";
import type { FieldAnswer, Given } from "./protocol.ts";
import { type AnySeen, viewAnswer } from "./views.ts";

export { networkMap } from "striate";
export { type AnySeen, drawn, viewAnswer, viewInfos } from "./views.ts";

/** The most products of one value that are handed out. */
const mostProducts = 20_000;

/** What a view is asked about. */
export interface AskedOf {
  readonly model: Model;
  readonly photo: Image | undefined;
  /** The second network, for views of two. */
  readonly other: Model | undefined;
}

/** Asks a view; what is half done is told on the way. */
export async function ask(
  name: string,
  asks: Given,
  shows: Given,
  { signal, tell }: CallContext,
  { model, photo, other }: AskedOf,
): Promise<AnySeen> {
  const view = viewNamed(name);
  const input = view.takes === "pair" ? { other, photo } : photo;
  if (input === undefined && /^photos?$|pair/.test(view.takes))
    throw new StriateError(`${view.title} looks at a photo; choose one`);
  const seen = await model.view(view as never, input as never, asks as never, {
    signal,
    onProgress: (done, words) => tell({ kind: "progress", done, ...(words && { words }) }),
    onPartial: (part) => tell({ kind: "partial", value: viewAnswer(0, part as never, shows) }),
  });
  return seen as never;
}

/** The arrays of what was seen, as NumPy has them. */
export const numbersOf = (seen: Pick<AnySeen, "arrays">): Promise<Uint8Array> =>
  toNpz(seen.arrays());

/** One of the pictures of what was seen. */
export async function pngOf(seen: AnySeen, index: number, shows: Given): Promise<Uint8Array> {
  const one = [...seen.draw(shows as never)][index];
  if (one === undefined) throw new StriateError("there is no such picture");
  return toPng(one.picture, {});
}

/** What was seen as one HTML file. */
export async function reportOf(seen: readonly unknown[], looks: ReportLooks): Promise<Uint8Array> {
  const all = seen as readonly ModelSeen<never, never, never, never>[];
  return new TextEncoder().encode(await htmlOf(all, looks));
}

/** One value taken apart. */
export async function takeApart(
  model: Model,
  photo: Image,
  place: string,
  signal: AbortSignal,
): Promise<FieldAnswer> {
  const seen = await model.view(fieldView, photo, { place }, { signal });
  return fieldAnswer(seen.result, seen.words.lines[0] ?? "");
}

function fieldAnswer(field: UnitField, headline: string): FieldAnswer {
  const { value, effective, size, arithmetic } = field;
  return {
    ...{ value, headline },
    effective: { ...size, values: effective.slice() },
    ...(arithmetic && {
      arithmetic: {
        isAffine: arithmetic.isAffine,
        sum: arithmetic.sum,
        constant: arithmetic.constant,
        value: arithmetic.value,
        ...(arithmetic.activation && { activation: arithmetic.activation }),
        terms: arithmetic.products.length,
        products: arithmetic.products
          .slice(0, mostProducts)
          .map(({ index, input, weight }) => ({ index, input, weight })),
      },
    }),
  };
}
