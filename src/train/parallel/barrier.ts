/**
 * A point that each of several threads passes only when all have come to it.
 *
 * The memory that they share holds two numbers: how many came, over all rounds, and whether the
 * barrier is broken, since one of them will never come.
 */
export class Barrier {
  static readonly bytes = 8;
  readonly #state: Int32Array<SharedArrayBuffer>;
  readonly #threads: number;
  #round = 0;

  /** @param memory of {@link Barrier.bytes} bytes */
  constructor(memory: SharedArrayBuffer, threads: number) {
    // bounded: memory that the threads share
    this.#state = new Int32Array(memory);
    this.#threads = threads;
  }

  /** Blocks the thread until all have come. @returns false when the barrier is broken */
  wait(): boolean {
    const target = (++this.#round * this.#threads) | 0;
    if (((Atomics.add(this.#state, 0, 1) + 1) | 0) === target) Atomics.notify(this.#state, 0);
    for (;;) {
      if (Atomics.load(this.#state, 1) !== 0) return false;
      const count = Atomics.load(this.#state, 0);
      // The count may run over: compare by difference.
      if (((count - target) | 0) >= 0) return true;
      Atomics.wait(this.#state, 0, count);
    }
  }

  /** Lets the threads that wait, or will, go on without the others. */
  break(): void {
    Atomics.store(this.#state, 1, 1);
    // A thread that is about to wait sees that the count is another.
    Atomics.add(this.#state, 0, 1);
    Atomics.notify(this.#state, 0);
  }
}
