import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";
import { boundedLengths as rule } from "./scripts/lint/bounded-lengths.js";
import { boundedSpreads } from "./scripts/lint/bounded-spreads.js";

const plugin = { rules: { "bounded-lengths": rule, "bounded-spreads": boundedSpreads } };

/** What files say becomes no length unchecked. @param words names of lengths that something else bounds there */
const boundedLengths = (files, words) => ({
  files: [`${files}/*.ts`],
  // Tests, and what writes what is in memory already.
  ignores: ["**/*.test.ts", "**/*samples.ts", "**/write-*.ts", "**/*-writer.ts", "**/hdf-bytes.ts"],
  plugins: { striate: plugin },
  rules: { "striate/bounded-lengths": ["error", words], "striate/bounded-spreads": "error" },
});

const viewWords = [
  ...["width", "height", "channels", "size", "plane", "rows", "columns", "count", "steps"],
  ...["factors", "octaves", "shown", "each", "drawn", "total", "filters"],
];

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "out/",
      ".cache/",
      "docs/api/",
      "node_modules/",
      "test/onnx_pb.ts",
      "fixtures/",
      "*.cjs",
    ],
  },
  ...tseslint.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    // What the page knows of a network is large: it is replaced as a whole, and nothing watches its insides.
    rules: { "svelte/prefer-svelte-reactivity": "off" },
  },
  {
    files: ["**/*.ts", "**/*.svelte"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  boundedLengths("src/**", []),
  // Where lengths have names that something else bounds, everywhere in a folder:
  ...Object.entries({
    // No picture has more pixels than its bytes can stand for (data/picture-formats/header.ts), and none that is
    // drawn more than a file may have (plot/rasterize.ts).
    "src/{plot,report,data/pictures,data/augment,data/drawn,node/pictures,web,cli}/**": [
      ...["width", "height", "channels", "row", "stride", "count", "pixels", "each", "from", "to"],
      ...["steps", "cores"],
    ],
    "src/data/picture-formats/**": [
      ...["width", "height", "stride", "count", "blocksWide", "blocksHigh", "unitsHigh", "v"],
      ...["wide", "down", "colors"],
    ],
    // Views make what is as large as the tensors that are there, or as their asks say, each of which declares its
    // largest value (test/absurd-flags.test.ts). Products of two such numbers stand for themselves: pairs of
    // channels or classes go through checkedLength.
    "src/views/**": viewWords,
    // A census is planned by the memory that it takes (views/census/census-plan.ts).
    "src/views/census/**": [...viewWords, "units", "classes", "stride", "sumsPerClass"],
    // A training makes what is as large as the weights and the rows that are there, by --threads workers.
    "src/{train,training}/**": [
      "rows",
      "columns",
      "size",
      "sizeOf",
      "length",
      "workers",
      "positions",
    ],
  }).map(([files, words]) => boundedLengths(files, words)),
);
