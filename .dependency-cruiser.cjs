/**
 * The floors of the house: an import goes down only (docs/architecture.md).
 * Each rule names what the folders of one floor may import inside src/; anything else is an upward import.
 */
const floors = [
  { name: "base", from: "base", to: ["base"] },
  { name: "graph", from: "graph", to: ["graph", "base"] },
  { name: "plot", from: "plot", to: ["plot", "base"] },
  { name: "runtime-types", from: "runtime/runtime\\.ts", to: ["graph", "base"] },
  { name: "ops", from: "ops", to: ["ops", "graph", "base"] },
  {
    name: "gradient",
    from: "gradient",
    to: ["gradient", "ops", "graph", "runtime/runtime\\.ts", "base"],
  },
  { name: "layers", from: "layers", to: ["layers", "ops", "graph", "base"] },
  {
    name: "model",
    from: "(model|formats|data)",
    to: [
      "model",
      "formats",
      "data",
      "layers",
      "gradient",
      "ops",
      "graph",
      "plot",
      "runtime/runtime\\.ts",
      "base",
    ],
  },
  {
    name: "train-views",
    from: "(train|views)",
    to: [
      "train",
      "views",
      "model",
      "formats",
      "data",
      "layers",
      "gradient",
      "ops",
      "graph",
      "plot",
      "runtime/runtime\\.ts",
      "base",
    ],
  },
];

const pure = "^src/(base|graph|plot|ops|gradient|layers|model|formats|data|train|views)/";

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
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
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
