import { UnreachableError } from "../../base/errors.ts";

/** What the system says of a file that was there, where its folder or its disk went away. */
const awayCodes = new Set(["ENOENT", "ENOTDIR", "EIO", "ESTALE", "ENODEV", "ENXIO", "ENOTCONN"]);

/** Reads what was there before. @throws UnreachableError where it went away since */
export async function whereItWas<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (!awayCodes.has(code)) throw error;
    throw new UnreachableError(message, { cause: error });
  }
}
