import { messageOf } from "../base/errors.ts";

/** Of the engine's words, which may repeat a name of any length. */
const mostLetters = 2000;

/** How the engine says in which node something is wrong: its op, its name, and what. */
const places: readonly RegExp[] = [
  /^This is an invalid model\. In Node, \("(?<name>[^"]*)", (?<op>[\w.]+), .*?\) , Error (?<what>.*)$/,
  /\bNode ?\((?<name>[^)]*)\) Op ?\((?<op>[\w.]+)\) (?:\[\w+\] ?)?(?<what>.*)$/,
  /^Non-zero status code returned while running (?<op>[\w.]+) node\. Name:'(?<name>[^']*)' Status Message: (?<what>.*)$/,
];

/** How the engine says that types do not fit, which tells the layer last or not at all. */
const typeFaults: readonly (readonly [RegExp, (parts: Parts) => string])[] = [
  [
    /^Type Error: Type \((?<is>.*?)\) of output arg \((?<value>.*)\) of node \((?<name>.*)\) does not match expected type \((?<wanted>.*)\)/,
    ({ is, value, name, wanted }) =>
      `${named(name ? "layer" : "a layer", name)}its output "${value}" is said to be ${typeOf(is)}, and what is computed is ${typeOf(wanted)}`,
  ],
  [
    /^Type Error: Type '(?<is>.*?)' of input parameter \((?<value>.*)\) of operator \((?<op>[\w.]+)\) in node \((?<name>.*)\) is invalid/,
    ({ is, value, op, name }) =>
      `${named(op, name)}its input "${value}" is ${typeOf(is)}, which ${op} does not take`,
  ],
  [
    /^Type Error: Type parameter \(\w+\) of Optype \((?<op>[\w.]+)\) bound to different types \((?<is>.*?) and (?<other>.*?) in node \((?<name>.*)\)/,
    ({ op, name, is, other }) =>
      `${named(op, name)}its inputs are ${typeOf(is)} and ${typeOf(other)}, and have to be alike`,
  ],
];
/** How the engine for the web says that its WebAssembly did not come. */
const missing =
  /no available backend found\. ERR: \[wasm\] (?:[A-Za-z]*Error: )?(?:Aborted\()?(?<why>.*?)\.?(?:\)\. Build with .*)?$/;

type Parts = Readonly<Record<string, string | undefined>>;

const named = (kind = "", name = "") => (name === "" ? `${kind}: ` : `${kind} "${name}": `);

/** ONNX Runtime's `tensor(float)` in our words. */
function typeOf(text = ""): string {
  const inner = /^\(?tensor\((\w+)\)\)?$/.exec(text)?.[1];
  return inner === undefined ? text : ({ float: "float32", double: "float64" }[inner] ?? inner);
}

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
  const { why } = missing.exec(text)?.groups ?? {};
  if (why) return `the engine did not start: ${why}; load the page again`;
  for (const place of places) {
    const { name, op, what } = place.exec(text)?.groups ?? {};
    if (what) return `the engine refused: ${op}${name ? ` "${name}"` : ""}: ${what}`;
  }
  for (const [pattern, say] of typeFaults) {
    const parts = pattern.exec(text)?.groups;
    if (parts) return `the engine refused: ${say(parts)}`;
  }
  return `the engine refused: ${text}`;
}
