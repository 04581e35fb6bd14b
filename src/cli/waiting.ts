import { printable } from "../base/printable.ts";
import type { CommandIo } from "./command.ts";

/** From when on a wait is worth a word, in ms: before a person, and in a pipe. */
const patience = { terminal: 1000, pipe: 2500 };

/**
 * Says on standard error what is being waited for, as soon as it has taken longer than a second: a terminal has
 * one line that is rewritten, a file or pipe gets a line now and then, each after twice the time of the last.
 */
export class Waiting implements Disposable {
  readonly #io: CommandIo;
  readonly #rewrites: boolean;
  readonly #timer: NodeJS.Timeout;
  readonly #start = performance.now();
  readonly #work = process.cpuUsage();
  #words = "";
  #said = "";
  /** When the next line is due, in ms from the start. */
  #due: number;

  constructor(io: CommandIo, words: string) {
    this.#io = io;
    this.#rewrites = io.terminal.isTty && io.env["TERM"] !== "dumb";
    this.#due = this.#rewrites ? patience.terminal : patience.pipe;
    this.#timer = setInterval(() => this.#say(), 250);
    this.#timer.unref();
    this.at(words);
  }

  /** What is done from now on. */
  at(words: string): void {
    this.#words = words;
    this.#say();
  }

  /** Leaves the line free for the answer, until something else is waited for. */
  clear(): void {
    if (this.#rewrites && this.#said !== "") this.#io.status("\r\u001b[K");
    this.#words = this.#said = "";
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.clear();
    this.#due = Infinity;
  }

  #say(): void {
    const elapsed = this.#elapsed();
    if (elapsed < this.#due || this.#words === this.#said) return;
    this.#said = this.#words;
    if (this.#rewrites) {
      this.#due = elapsed + 100;
      this.#io.status(`\r\u001b[K${printable(this.#words)}`);
    } else {
      this.#due = 2 * elapsed;
      this.#io.err(this.#words);
    }
  }

  /**
   * In ms. Who reads a pipe is told of work that is long, not of a computer that has other things to do: what
   * a script gets does not hang on that.
   */
  #elapsed(): number {
    const waited = performance.now() - this.#start;
    if (this.#rewrites) return waited;
    const { user, system } = process.cpuUsage(this.#work);
    return Math.min(waited, (user + system) / 1000);
  }
}
