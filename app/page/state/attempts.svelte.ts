import type { CallOptions } from "../../engine/protocol.ts";
import type { EngineError } from "./engine-error.ts";
import { isAbort } from "./fetch-file.ts";

/** Something that takes time, which the user can stop. */
export interface Task {
  readonly id: number;
  words: string;
  /** 0 to 1, where it is known. */
  done: number | undefined;
  stop(): void;
}

/** What is under way, and what went wrong. */
export class Attempts {
  tasks = $state<Task[]>([]);
  problems = $state<{ id: number; message: string }[]>([]);
  #next = 1;

  /**
   * Runs something that may fail: what goes wrong is said in the page, which lives on.
   * @param wish stops it too, where something else is wanted by now
   */
  async attempt<T>(
    words: string,
    work: (options: CallOptions & { signal: AbortSignal }) => Promise<T>,
    wish?: AbortSignal,
  ): Promise<T | undefined> {
    if (wish?.aborted) return undefined;
    const stop = new AbortController();
    wish?.addEventListener("abort", () => stop.abort());
    const id = this.#next++;
    if (words) {
      const task: Task = { id, words, done: undefined, stop: () => stop.abort() };
      this.tasks.push(task);
    }
    const onProgress = (done: number, said?: string) => {
      const task = this.tasks.find((each) => each.id === id);
      if (task) Object.assign(task, { done, ...(said && { words: `${words}: ${said}` }) });
    };
    const stopped = new Promise<never>((_, reject) => {
      stop.signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    });
    try {
      return await Promise.race([work({ signal: stop.signal, onProgress }), stopped]);
    } catch (error) {
      const isStop = (error as Partial<EngineError>).isStop || isAbort(error);
      if (!isStop) this.problem((error as Error).message);
      return undefined;
    } finally {
      this.tasks = this.tasks.filter((each) => each.id !== id);
    }
  }

  /** Says what went wrong, once where it goes wrong again. */
  problem(message: string): void {
    const others = this.problems.filter((problem) => problem.message !== message);
    this.problems = [...others.slice(-3), { id: this.#next++, message }];
  }
}
