/**
 * An error that the user can act on: one sentence that names the file or layer, what was expected,
 * what came, and what to do. The command line prints it without a stack trace and exits with 1.
 */
export class StriateError extends Error {
  override name = "StriateError";
}

/** A wrong use of a command or function: the command line exits with 2. */
export class UsageError extends StriateError {
  override name = "UsageError";
}

/**
 * What a file asks for is well formed, and cannot be done here: only what depends on it is left out. Damage
 * is another error.
 */
export class UnsupportedError extends StriateError {
  override name = "UnsupportedError";
}

/** What was there cannot be had now, and perhaps later: a server that does not answer, a disk that went away. */
export class UnreachableError extends StriateError {
  override name = "UnreachableError";
}

/** The work is done but for parts that were named one by one: the command line exits with 3. */
export class PartlyFailedError extends StriateError {
  override name = "PartlyFailedError";
}

/** Throws a {@link StriateError}; an expression, so that it can stand behind `??`. */
export function fail(message: string, cause?: unknown): never {
  throw new StriateError(message, cause === undefined ? undefined : { cause });
}

/**
 * Whether an error is a mistake in the program and none of the user's: what the language itself throws.
 * A system's refusal bears a code; memory that there is not enough of can be mended by asking for less.
 */
export function isBug(error: unknown): boolean {
  if (!(error instanceof Error) || "code" in error) return false;
  if (error instanceof RangeError) return !/allocation failed|array length/i.test(error.message);
  return error instanceof TypeError || error instanceof ReferenceError;
}

/**
 * Runs `work` and puts `subject` (a file, a layer) in front of the message of an error that does not
 * name it yet, so that no error that a user can mend arrives without its place. A bug passes as it is:
 * as a sentence about the user's file it would be hidden, and wrong.
 */
export async function naming<T>(subject: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw named(subject, error);
  }
}

/** The synchronous form of {@link naming}. */
export function namingSync<T>(subject: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw named(subject, error);
  }
}

/** An error with its subject in front, unless it names it already or is a bug. */
export function named(subject: string, error: unknown): unknown {
  if (isBug(error)) return error;
  const message = messageOf(error);
  if (error instanceof StriateError && message.includes(subject)) return error;
  const Kind = [UsageError, UnsupportedError].find((kind) => error instanceof kind) ?? StriateError;
  return new Kind(`${subject}: ${message}`, { cause: error });
}

/** The words of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof RangeError) return limitOf(error.message);
  return error instanceof Error ? error.message : String(error);
}

/** The limits of JavaScript in words that speak of what was asked for. */
function limitOf(message: string): string {
  if (/call stack/.test(message)) return "its parts are nested too deeply";
  if (/array (buffer )?(length|size|allocation)|string (length|longer)|allocation/i.test(message))
    return "it needs more memory than there is";
  return message;
}
