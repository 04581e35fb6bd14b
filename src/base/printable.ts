/**
 * What no terminal may get from a stranger's file: control codes (C0, DEL, C1), line separators, marks that turn
 * the direction of text, and halves of characters.
 */
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A name or a sentence as one line of a terminal: `\x1b` for an escape, `\u202e` for a mark of direction. */
export const printable = (text: string): string =>
  text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 && character < "\u007f"
      ? `\\x${code.padStart(2, "0")}`
      : // As JSON writes it, so that data stays data.
        `\\u${code.padStart(4, "0")}`;
  });

/** A text with something else in place of each of these. */
export const withoutUnsafe = (text: string, instead: string): string =>
  text.replace(unsafe, instead);

/** {@link printable} for a text of several lines, whose ends are meant. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");
