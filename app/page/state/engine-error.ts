/** What went wrong with a call, in a sentence for the user; `isStop` where the user stopped it. */
export class EngineError extends Error {
  readonly isStop: boolean;
  constructor(message: string, isStop = false) {
    super(message);
    this.isStop = isStop;
  }
}
