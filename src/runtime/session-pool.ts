/** Something that holds an engine's session: it is opened at a cost, and has to be closed. */
interface Kept<T> {
  readonly opened: Promise<T>;
  /** Calls that use it now. */
  users: number;
  /** Nobody may take it any more: its last user closes it. */
  stale: boolean;
}

/**
 * Keeps what is costly to open for the next call with the same key, a few at once, and closes nothing
 * that a call still uses. A call for one more than are kept waits until one of them is free.
 */
export class SessionPool<T> {
  readonly #close: (opened: T) => Promise<void>;
  readonly #most: number;
  /** By key, the one used last at the end. */
  readonly #kept = new Map<string, Kept<T>>();
  readonly #stale = new Set<Kept<T>>();
  /** Those that make room for others, and are not closed yet. */
  #closing = 0;
  #waiting: (() => void)[] = [];

  /** @param most kept at once: each holds a copy of the weights that it needs */
  constructor(close: (opened: T) => Promise<void>, most = 4) {
    this.#close = close;
    this.#most = most;
  }

  /** Runs `work` with what `key` stands for, which `open` makes where it is not there yet. */
  async use<R>(key: string, open: () => Promise<T>, work: (opened: T) => Promise<R>): Promise<R> {
    const kept = await this.#take(key, open);
    try {
      return await work(await kept.opened);
    } finally {
      kept.users--;
      if (kept.users === 0) {
        if (kept.stale) await this.#end(kept);
        this.#wake();
      }
    }
  }

  /** Closes all; resolves when the calls that are running now have ended and theirs are closed too. */
  async release(): Promise<void> {
    for (const kept of this.#kept.values()) {
      kept.stale = true;
      this.#stale.add(kept);
    }
    this.#kept.clear();
    this.#wake();
    for (const kept of [...this.#stale]) if (kept.users === 0) await this.#end(kept);
    while (this.#stale.size > 0) await this.#change();
  }

  async #take(key: string, open: () => Promise<T>): Promise<Kept<T>> {
    for (;;) {
      const known = this.#kept.get(key);
      if (known) {
        known.users++;
        this.#kept.delete(key);
        this.#kept.set(key, known);
        return known;
      }
      const count = this.#kept.size + this.#closing;
      if (count < this.#most) break;
      const idle = [...this.#kept].find(([, { users }]) => users === 0);
      if (idle === undefined || count > this.#most) await this.#change();
      else {
        this.#kept.delete(idle[0]);
        this.#closing++;
        await this.#end(idle[1]);
        this.#closing--;
        this.#wake();
      }
    }
    const kept: Kept<T> = { opened: open(), users: 1, stale: false };
    this.#kept.set(key, kept);
    // What could not be opened is tried anew by the next call.
    kept.opened.catch(() => {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
    });
    return kept;
  }

  async #end(kept: Kept<T>): Promise<void> {
    try {
      await this.#close(await kept.opened);
    } catch {
      // It was never open, or is gone already.
    }
    this.#stale.delete(kept);
  }

  /** Resolves when something was given back. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
