import {
  type Fields,
  type Options,
  type Values,
  fromOptions,
  parseFields,
} from "../base/fields.ts";
import type { Tensor } from "../base/tensor.ts";
import { plainMinus } from "../plot/format-number.ts";
import { StoppedError, type ViewContext } from "./context.ts";
import type { NamedPicture, View, ViewTable, ViewWords } from "./define-view.ts";
import { type Subjects, type Takes, photosOf } from "./subject.ts";

/** Values of some fields, in the spelling of TypeScript or of the fields; those left out take their default. */
export type Given<F extends Fields> = Options<F> | Partial<Values<F>>;

/**
 * Computes a view.
 *
 * @param onPartial gets the results on the way, where the view has some
 * @returns the result; where the view was stopped, the best that it had by then
 * @throws StoppedError when it was stopped before there was a result
 */
export async function runView<T extends Takes, A extends Fields, S extends Fields, R>(
  view: View<T, A, S, R>,
  context: ViewContext,
  subject: Subjects[T],
  given: Given<A> = {},
  onPartial?: (seen: Seen<T, A, S, R>) => void,
): Promise<Seen<T, A, S, R>> {
  const asks = parseGiven(view.asks, given);
  const seen = (result: R, stopped = false) => new Seen(view, subject, asks, result, stopped);
  context.throwIfStopped();
  const work = view.compute(context, subject, asks);
  if (!("next" in work)) return seen(await work);
  let best: { readonly result: R } | undefined;
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done === true) return seen(value);
      best = { result: value };
      if (context.signal.aborted) {
        await work.return(value);
        return seen(value, true);
      }
      onPartial?.(seen(value));
    }
  } catch (error) {
    if (best && error instanceof StoppedError) return seen(best.result, true);
    throw error;
  }
}

/** What a view has seen: the numbers, and what can be made of them. */
export class Seen<T extends Takes, A extends Fields, S extends Fields, R> {
  readonly view: View<T, A, S, R>;
  readonly subject: Subjects[T];
  readonly asks: Values<A>;
  readonly result: R;
  /** Whether the computation was stopped, and this is the best that it had by then. */
  readonly stopped: boolean;

  constructor(
    view: View<T, A, S, R>,
    subject: Subjects[T],
    asks: Values<A>,
    result: R,
    stopped = false,
  ) {
    this.view = view;
    this.subject = subject;
    this.asks = asks;
    this.result = result;
    this.stopped = stopped;
  }

  get words(): ViewWords {
    return this.wordsWithin(Infinity);
  }

  /** The words for a terminal of so many columns. */
  wordsWithin(width: number): ViewWords {
    const { caption, lines: all } = this.view.words(this.result, this.subject, this.asks, width);
    const lines = all.map(plainMinus);
    if (!this.stopped) return { caption, lines };
    const stop = "Stopped before the end: the best until then.";
    return { caption: `${caption} ${stop}`, lines: [...lines, stop] };
  }

  get json(): unknown {
    return this.view.json(this.result, this.subject, this.asks);
  }

  get tables(): readonly ViewTable[] {
    return this.view.tables?.(this.result, this.subject, this.asks) ?? [];
  }

  /** The numbers as an `.npz` holds them: what went in, and the view's arrays, of which one may say that better. */
  arrays(): Map<string, Tensor> {
    const own = this.view.arrays?.(this.result, this.subject) ?? [];
    return new Map([...this.inputs(), ...own]);
  }

  /**
   * What went in, as `input`, or as `input/NAME` where the network has several; with several photos
   * `PHOTO/input`.
   */
  inputs(): Map<string, Tensor> {
    const photos = photosOf(this.subject);
    const named = photos.flatMap(({ name: photo, inputs }) => {
      const place = photos.length > 1 ? `${photo}/` : "";
      const entries = Object.entries(inputs);
      return entries.map(([name, value]) => {
        const own = entries.length > 1 ? `input/${name}` : "input";
        return [place + own, value] as const;
      });
    });
    return new Map(named);
  }

  /** The pictures, each drawn when it is asked for. */
  draw(given: Given<S> = {}): Iterable<NamedPicture> {
    const shows = parseGiven(this.view.shows, given);
    return this.view.draw?.(this.result, this.subject, shows) ?? [];
  }
}

function parseGiven<F extends Fields>(fields: F, given: Given<F>): Values<F> {
  return parseFields(fields, fromOptions(fields, given));
}
