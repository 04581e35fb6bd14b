import type {
  CallOptions,
  DrawnPicture,
  FieldInfo,
  Given,
  ViewAnswer,
  ViewInfo,
} from "../../engine/protocol.ts";
import { download } from "./download.ts";
import { Latest } from "./latest.ts";
import type { Desk } from "./desk.svelte.ts";

/** A network of more parameters is not asked for checks unless the user wants them. */
const smallNetwork = 10e6;

/** A view that is asked of the network that is open: its questions, its looks, its answer. */
export class Asking {
  readonly session: Desk;
  asks = $state<Record<string, unknown>>({});
  shows = $state<Record<string, unknown>>({});
  answer = $state.raw<ViewAnswer>();
  pictures = $state.raw<readonly DrawnPicture[]>([]);
  busy = $state(false);
  done = $state<number>();
  words = $state("");
  problem = $state("");
  /** Whether it was stopped before there was anything of it. */
  isStopped = $state(false);
  #stop: AbortController | undefined;
  readonly #drawing = new Latest();
  #view: ViewInfo | undefined;

  constructor(session: Desk) {
    this.session = session;
  }

  /** Begins with a view as it comes: its target is the page's, its paper the page's colours. */
  begin(view: ViewInfo): void {
    const { model, target, theme } = this.session;
    this.#view = view;
    const isSmall = (model?.parameters ?? 0) < smallNetwork;
    // The first thing that the record offers besides none.
    const check = view.asks.find(({ key }) => key === "check")?.choices?.[1] ?? true;
    const layer = this.session.shown.at(-1);
    this.asks = initial(view.asks, { target, ...(isSmall && { check }) }, { layer });
    this.shows = initial(view.shows, { theme });
    this.answer = undefined;
    this.pictures = [];
    this.isStopped = false;
  }

  /** Asks. What was asked before is stopped. @param other the second network, for views of two */
  async run(other?: number): Promise<void> {
    const { session } = this;
    const [view, model, photo] = [this.#view, session.model, session.photo];
    if (view === undefined || model === undefined) return;
    this.#stop?.abort();
    const stop = (this.#stop = new AbortController());
    Object.assign(this, { busy: true, done: undefined, words: "", problem: "", isStopped: false });
    const options: CallOptions = {
      signal: stop.signal,
      onProgress: (done, words = "") => {
        if (this.#stop === stop) Object.assign(this, { done, words });
      },
      onPartial: ((part: ViewAnswer) => {
        if (this.#stop === stop) this.#show(part);
      }) as never,
    };
    const on = {
      model: model.id,
      ...(photo && view.takes !== "network" && { photo: photo.id }),
      ...(other !== undefined && { other }),
    };
    try {
      const asks = given($state.snapshot(this.asks));
      const shows = given($state.snapshot(this.shows));
      const answer = await session.engine.call("view", [view.id, on, asks, shows], options);
      if (this.#stop === stop) {
        this.#show(answer);
        if (photo && view.takes === "photo" && session.model === model)
          session.keep({ view: view.id, photo: photo.id, result: answer.result });
        session.spoken = answer.lines[0] ?? answer.caption;
        // Other looks were chosen while it was computed.
        if (JSON.stringify(given(this.shows)) !== JSON.stringify(shows)) void this.redraw();
      }
    } catch (error) {
      if (this.#stop !== stop) return;
      if ((error as { isStop?: boolean }).isStop) this.isStopped = true;
      else {
        this.problem = (error as Error).message;
        this.answer = undefined;
        this.pictures = [];
      }
    } finally {
      if (this.#stop === stop) this.busy = false;
    }
  }

  #show(answer: ViewAnswer): void {
    this.answer = answer;
    this.pictures = answer.pictures;
  }

  /** Asks for the end: the best until then stands, where there is some. */
  stop(): void {
    this.#stop?.abort();
  }

  /** Ends it where nobody will see the answer: what is asked next need not wait for it. */
  leave(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  /** Forgets what was asked: it was of something else. */
  clear(): void {
    this.leave();
    Object.assign(this, { busy: false, isStopped: false, problem: "", pictures: [] });
    this.answer = undefined;
  }

  /** Draws the answer with other looks. */
  async redraw(): Promise<void> {
    const { answer } = this;
    if (!answer?.result) return;
    const signal = this.#drawing.take();
    const shows = given($state.snapshot(this.shows));
    try {
      const asked = this.session.engine.call("redraw", [answer.result, shows], { signal });
      const pictures = await asked;
      if (this.answer === answer && !signal.aborted) this.pictures = pictures;
    } catch (error) {
      if (!signal.aborted) this.problem = (error as Error).message;
    }
  }

  async save(kind: "png" | "svg" | "npz", index = 0): Promise<void> {
    const { answer, session } = this;
    if (!answer?.result) return;
    const name = this.pictures[index]?.name.replaceAll("/", "-") ?? answer.view;
    if (kind === "svg") return download(`${name}.svg`, this.pictures[index]!.svg, "image/svg+xml");
    const shows = given($state.snapshot(this.shows));
    const bytes =
      kind === "npz"
        ? await session.call("Writing the numbers", "numbers", [answer.result])
        : await session.call("Drawing", "picture", [answer.result, index, shows]);
    if (bytes) download(`${name}.${kind}`, bytes, kind === "png" ? "image/png" : "application/zip");
  }
}

/** What is given: what is left open is not, and the view decides. */
const given = (values: Record<string, unknown>): Given =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

/**
 * The fields' own defaults, with what the page knows better where a field of that name is there, and what it
 * suggests for one that has no default.
 */
function initial(
  fields: readonly FieldInfo[],
  known: Readonly<Record<string, unknown>>,
  needed: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ key, fallback, required, choices, min }) => [
      key,
      known[key] ?? (required ? (needed[key] ?? choices?.[0] ?? min ?? "") : fallback),
    ]),
  );
}
