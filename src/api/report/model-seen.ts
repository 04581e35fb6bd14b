import { StriateError } from "../../base/errors.ts";
import type { Fields } from "../../base/fields.ts";
import type { ReportFact, ReportLooks } from "../../report/report.ts";
import type { RunningNetwork } from "../../model/running.ts";
import { type Given, Seen } from "../../views/run-view.ts";
import type { Takes } from "../../views/subject.ts";
import { inlineFrame } from "./inline-frame.ts";
import type { AnySeen } from "./figures-of.ts";

export interface HtmlOptions<S extends Fields = Fields> extends ReportLooks {
  /** How pictures are drawn, where the view has no numbers to show in their place. */
  readonly shows?: Given<S>;
  /** Lines of the page's foot, such as the files and their hashes. */
  readonly facts?: readonly ReportFact[];
}

/** What a model's view has seen: {@link Seen}, and the page of it. */
export class ModelSeen<T extends Takes, A extends Fields, S extends Fields, R> extends Seen<
  T,
  A,
  S,
  R
> {
  /** The network that was looked at, with its engine. */
  readonly running: RunningNetwork;

  constructor(seen: Seen<T, A, S, R>, running: RunningNetwork) {
    super(seen.view, seen.subject, seen.asks, seen.result, seen.stopped);
    this.running = running;
  }

  /**
   * The whole as one HTML file that needs no network: maps with their values, heatmaps over the photo, words
   * and tables. {@link inlineFrame} puts it into another page.
   *
   * @throws StriateError where the network's answer cannot be had any more
   */
  toHtml(options: HtmlOptions<S> = {}): Promise<string> {
    return htmlOf([this], options as HtmlOptions);
  }

  /** What Deno's notebooks show: the page within the page. */
  async [Symbol.for("Jupyter.display")](): Promise<Record<string, string>> {
    const { caption } = this.words;
    return { "text/plain": caption, "text/html": inlineFrame(await this.toHtml()) };
  }
}

/** {@link ModelSeen} of any view. */
type AnyModelSeen = AnySeen & { readonly running: RunningNetwork };

/**
 * Several results of one model as one page, photo by photo:
 *
 *     const photo = await readImage("dog.jpg");
 *     const maps = await model.view(featureMapsView, photo);
 *     const why = await model.view(gradCamView, photo);
 *     await writeFile("dog.html", await htmlOf([maps, why]));
 */
export async function htmlOf(
  seen: readonly { readonly running: RunningNetwork }[],
  options: HtmlOptions = {},
): Promise<string> {
  const { shows = {}, facts = [], ...looks } = options;
  // Loaded when somebody wants a page: most never do.
  const { writePage } = await import("./write-page.ts");
  const all = seen as readonly unknown[] as readonly AnyModelSeen[];
  if (all.length === 0) throw new StriateError("a page needs something that was seen, got nothing");
  return writePage(all, all[0]!.running, shows, facts, looks);
}
