/** Every platform has it, though no language says so. */
declare function setTimeout(then: () => void, milliseconds: number): unknown;

/** Lets signals, messages and timers have their turn in a long computation. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
