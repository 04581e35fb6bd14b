import { UsageError } from "../base/errors.ts";
import { type Values, field } from "../base/fields.ts";
import { nearestNames } from "../base/names.ts";
import type { AnySeen } from "../api/report/figures-of.ts";
import { Model } from "../api/model.ts";
import { openModel } from "../api/open-model.ts";
import { checkFiniteWeights } from "../model/check-weights.ts";
import type { PreprocessingChoice } from "../model/photo/photo-input.ts";
import { runtime } from "../runtime/node/index.ts";
import { allViews } from "../views/all-views.ts";
import { byFamily } from "../views/families.ts";
import { type ContextOptions, viewContext } from "../views/context.ts";
import type { AnyView } from "../views/define-view.ts";
import type { ScalingGuess } from "../views/detective/turns-over.ts";
import { mergedFields } from "../views/merged-fields.ts";
import { runView } from "../views/run-view.ts";
import type { PhotoSubject } from "../views/subject.ts";
import { preprocessingChoice, readOptions, sessionOptions } from "./options.ts";
import { checkTaken, givenOf } from "./views/given.ts";
import { labelsOf, type runFields } from "./views/run-options.ts";

/** The views that explain a photo: those without a command of their own. */
const methods = byFamily(
  allViews.filter(({ takes, command }) => takes === "photo" && !command),
).flatMap(({ views }) => views);

const ownFields = mergedFields(methods);
/** Flags that choose the methods, and those of the methods. */
export const methodFields = {
  method: field.string("grad-cam", {
    help: `one or several with commas: ${methods.map(({ id }) => id).join(", ")}`,
  }),
  ...ownFields,
};

export type ExplainOptions = Values<typeof runFields> & { readonly method: string };

/** What one method found of a photo. */
export interface Explained {
  readonly seen: AnySeen;
  readonly shows: object;
  /** What the report says of it. @param files the pictures that were written of it */
  entry(photo: string | undefined, files: readonly string[]): object;
}

/** The methods that were chosen, with their flags, and the model whose answers they explain. */
export class Explainer {
  readonly model: Model;
  readonly labels: readonly string[] | undefined;
  readonly choice: PreprocessingChoice;
  /** How photos are scaled, where that is a guess. */
  guess: ScalingGuess | undefined;
  readonly #asked: ReadonlyMap<AnyView, { readonly asks: object; readonly shows: object }>;

  private constructor(
    model: Model,
    asked: ReadonlyMap<AnyView, { asks: object; shows: object }>,
    labels: readonly string[] | undefined,
    choice: PreprocessingChoice,
  ) {
    this.model = model;
    this.#asked = asked;
    this.labels = labels;
    this.choice = choice;
  }

  /**
   * @param threads of the engine, where the flags do not say it
   * @throws UsageError for a method that is none, and for a flag that no chosen one has
   */
  static async open(path: string, options: ExplainOptions, threads?: number): Promise<Explainer> {
    const chosen = chosenMethods(options.method);
    checkTaken(chosen, ownFields, options);
    const asked = new Map<AnyView, { asks: object; shows: object }>();
    for (const view of chosen) {
      const [asks, shows] = [await givenOf(view.asks, options), await givenOf(view.shows, options)];
      asked.set(view, { asks, shows });
    }
    const session = { ...sessionOptions(options), ...(threads && { threads }) };
    const model = new Model(await openModel(path, await readOptions(options)), runtime, session);
    checkFiniteWeights(model.network);
    return new Explainer(
      model,
      asked,
      await labelsOf(options.labels),
      preprocessingChoice(options),
    );
  }

  get methods(): AnyView[] {
    return [...this.#asked.keys()];
  }

  /** Asks a photo by one method after the other. @param begin is told which */
  async *explain(
    photo: PhotoSubject,
    context: ContextOptions,
    begin?: (view: AnyView) => void,
  ): AsyncGenerator<Explained> {
    const { guess } = this;
    const told = guess && photo.photo ? { ...photo, preparation: guess.words } : photo;
    for (const [view, { asks, shows }] of this.#asked) {
      begin?.(view);
      const seen = await runView(view, viewContext(this.model.running, context), told, asks);
      yield {
        seen: seen as AnySeen,
        shows,
        entry: (path, files) => ({
          photo: path ?? null,
          method: view.id,
          ...(guess ? { guess: true, turnsOver: guess.turnsOver } : {}),
          ...(seen.json as object),
          files,
        }),
      };
    }
  }
}

/** @throws UsageError */
function chosenMethods(list: string): AnyView[] {
  const ids = methods.map(({ id }) => id);
  const wanted = list.split(",").filter((part) => part.trim() !== "");
  if (wanted.length === 0)
    throw new UsageError(`--method: give one, or several with commas: ${ids.join(", ")}`);
  return wanted.map((part) => {
    const found = methods.find(({ id }) => id === part.trim());
    if (found) return found;
    const nearest = nearestNames(part.trim(), ids).join(", ");
    throw new UsageError(`--method: no method "${part.trim()}"; nearest: ${nearest}`);
  });
}
