/**
 * The floors of the house: an import goes down only (docs/architecture.md).
 * Each rule names what the folders of one floor may import inside src/; anything else is an upward import.
 */
const floors = [
  ["base", []],
  ["graph", ["base"]],
  ["plot", ["base"]],
  ["report", ["plot", "base"]],
  ["runtime/[a-z-]+\\.ts", ["graph", "base"]],
  ["ops", ["graph", "base"]],
  ["gradient", ["ops", "graph", "runtime/runtime\\.ts", "base"]],
  ["training", ["ops", "graph", "base"]],
  ["layers", ["training", "ops", "graph", "base"]],
  ["data", ["base"]],
  ["runs", ["base"]],
  [
    "model",
    ["data", "layers", "training", "gradient", "ops", "graph", "runtime/[a-z-]+\\.ts", "base"],
  ],
  ["formats", ["model", "data", "layers", "training", "gradient", "ops", "graph", "base"]],
  ["train", below("plot")],
  ["views", below("plot", "report", "runs")],
].map(([from, to]) => ({ name: from.replace(/\W.*/, ""), from, to: [from, ...to] }));

/** All that stands below training and views, which do not know each other. */
function below(...more) {
  return [
    "formats",
    "model",
    "data",
    "layers",
    "training",
    "gradient",
    "ops",
    "graph",
    "runtime/[a-z-]+\\.ts",
    "base",
    ...more,
  ];
}

const pure =
  "^src/(base|graph|plot|report|ops|gradient|training|layers|model|formats|data|runs|train|views)/";

module.exports = {
  forbidden: [
    ...floors.map(({ name, from, to }) => ({
      name: `floor-${name}`,
      comment: `src/${from} may import only from: ${to.join(", ")}`,
      severity: "error",
      from: { path: `^src/${from}(/|$)`, pathNot: "\\.(test|contract)\\.ts$" },
      to: { path: "^src/", pathNot: to.map((folder) => `^src/${folder}(/|$)`) },
    })),
    {
      name: "pure-floors-know-no-platform",
      comment: "Pure floors run anywhere: no Node module, no ONNX Runtime, no native package.",
      severity: "error",
      from: { path: pure, pathNot: "\\.(test|contract)\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "pure-floors-know-no-engine",
      severity: "error",
      from: { path: pure, pathNot: "\\.(test|contract)\\.ts$" },
      to: { path: "node_modules/(onnxruntime-|sharp|@resvg|commander|cli-)" },
    },
    {
      name: "one-door-to-onnxruntime",
      comment: "onnxruntime-node and onnxruntime-web are each imported in one place.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/runtime/(node|web)/ort\\.ts$" },
      to: { path: "node_modules/onnxruntime-" },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
