/** Of what is asked for again and again only the last is wanted: a new wish takes back the one before. */
export class Latest {
  #wish: AbortController | undefined;

  /** Whether anything was wished yet. */
  get isAsked(): boolean {
    return this.#wish !== undefined;
  }

  /** @returns a signal that is aborted once something else is wished */
  take(): AbortSignal {
    this.#wish?.abort();
    this.#wish = new AbortController();
    return this.#wish.signal;
  }
}
