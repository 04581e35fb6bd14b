import { messageOf } from "../base/errors.ts";

/** Of the engine's words, which may repeat a name of any length. */
const mostLetters = 2000;

/** How the engine says in which node something is wrong: its op, its name, and what. */
const places: readonly RegExp[] = [
  /^This is an invalid model\. In Node, \("(?<name>[^"]*)", (?<op>[\w.]+), .*?\) , Error (?<what>.*)$/,
  /\bNode ?\((?<name>[^)]*)\) Op ?\((?<op>[\w.]+)\) (?:\[\w+\] ?)?(?<what>.*)$/,
  /^Non-zero status code returned while running (?<op>[\w.]+) node\. Name:'(?<name>[^']*)' Status Message: (?<what>.*)$/,
];

/** ONNX Runtime's message without the C++ places that it was thrown from, with the layer in front. */
export function engineMessage(error: unknown): string {
  // Names of strangers may stand in it, of any length.
  const text = messageOf(error)
    .slice(0, mostLetters)
    .replace(/^\[[^\]]*\]\s*/, "")
    .replace(/\S*onnxruntime\S*\.(cc|h):\d+\s*/g, "")
    .replace(/(?:\w+[*&]? )?onnxruntime::[^\s(]+\([^)]*\)\s*/g, "")
    .replace(/\s+/g, " ")
    .trim();
  for (const place of places) {
    const { name, op, what } = place.exec(text)?.groups ?? {};
    if (what) return `the engine refused: ${op}${name ? ` "${name}"` : ""}: ${what}`;
  }
  return `the engine refused: ${text}`;
}
