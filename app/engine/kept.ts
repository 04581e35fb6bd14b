import { StriateError } from "striate";

/** Things by number, of which the ones that were not used for longest are let go. */
export class Kept<T> {
  readonly #things = new Map<number, T>();
  /** The numbers of those that answer a question of their own. */
  readonly #answers = new Map<string, number>();
  readonly #what: string;
  readonly #most: number;
  readonly #release: (thing: T) => unknown;
  #next = 1;

  constructor(what: string, most: number, release: (thing: T) => unknown = () => undefined) {
    this.#what = what;
    this.#most = most;
    this.#release = release;
  }

  /** @param question of which only the last answer is kept */
  add(thing: T, question?: string): number {
    const id = this.#next++;
    if (question !== undefined) {
      void this.delete(this.#answers.get(question) ?? 0);
      this.#answers.set(question, id);
    }
    this.#things.set(id, thing);
    for (const [old] of [...this.#things].slice(0, -this.#most)) void this.delete(old);
    return id;
  }

  /** @throws StriateError where it was let go */
  get(id: number): T {
    const thing = this.#things.get(id);
    if (thing === undefined)
      throw new StriateError(`this ${this.#what} is no longer in memory; open it again`);
    this.#things.delete(id);
    this.#things.set(id, thing);
    return thing;
  }

  async delete(id: number): Promise<void> {
    const thing = this.#things.get(id);
    this.#things.delete(id);
    if (thing !== undefined) await this.#release(thing);
  }
}
