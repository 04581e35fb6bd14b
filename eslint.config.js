import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";
import { boundedLengths } from "./scripts/lint/bounded-lengths.js";

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
  {
    // What files say goes through these floors. Pictures are bounded by what their header may say
    // (data/picture-formats/header.ts), which holds for what is made of their pixels; views make what is as
    // large as the tensors that are there, or as their asks say, each of which declares its largest value.
    files: [
      "src/{base,graph,runtime,ops,layers,model,formats}/**/*.ts",
      "src/data/{files,labels}/*.ts",
      "src/data/examples/{batch,row-}*.ts",
    ],
    ignores: [
      "**/*.test.ts",
      "**/samples.ts",
      "**/write-*.ts",
      "**/*-writer.ts",
      "**/hdf-bytes.ts",
    ],
    plugins: { striate: { rules: { "bounded-lengths": boundedLengths } } },
    rules: { "striate/bounded-lengths": "error" },
  },
);
