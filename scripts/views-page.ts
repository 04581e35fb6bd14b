import { existsSync } from "node:fs";
import { allViews } from "../src/views/all-views.ts";
import { byFamily } from "../src/views/families.ts";
import type { AnyView } from "../src/views/define-view.ts";

/** `docs/seeing.md`, made of the records of the views. */
export function viewsPage(): string {
  return [
    "# Ways of seeing",
    "What each picture shows, and how it misleads. Made by `npm run docs` of the records in `src/views/`; the pictures " +
      "are those of `npm run gallery -- --docs`, on the packaged network and its dog.",
    "Whether a heatmap holds is asked of the network with `--check`: `curves` covers its brightest places and says what " +
      "the score loses, beside as many places by chance (Petsiuk et al. 2018); `road` takes them out without leaving a " +
      "hole that says something (Rong et al. 2022); `sensitivity-n` sets parts beside what the score loses without them " +
      "(Ancona et al. 2018); `randomisation` shuffles the weights, layer by layer, and draws the strip of maps " +
      "(Adebayo et al. 2018); `all` does all four.",
    "What has no command of its own is a method of `striate explain PHOTO --model FILE --method NAME`. What is marked " +
      "**export** can also be written into one ONNX file with the network, by `striate export --view NAME`.",
    ...byFamily(allViews).flatMap(({ title, views }) => [`## ${title}`, ...views.flatMap(section)]),
  ]
    .join("\n\n")
    .concat("\n");
}

function section(view: AnyView): string[] {
  const { id, title, summary, formula, paper, pitfall, command, graph } = view;
  const facts = [
    command ? `**command**: \`striate ${command.name}\`` : "",
    formula ? `**formula**: \`${formula}\`` : "",
    paper ? `**paper**: ${paper}` : "",
    pitfall ? `**pitfall**: ${pitfall}` : "",
    graph ? "**export**: yes" : "",
  ].filter((fact) => fact !== "");
  return [
    `### ${title} (\`${id}\`)`,
    `${summary.replace(/\.$/, "")}.`,
    ...(existsSync(new URL(`../docs/pictures/seeing/${id}.webp`, import.meta.url))
      ? [`![${title} on the packaged network](pictures/seeing/${id}.webp)`]
      : []),
    ...(facts.length > 0 ? [facts.map((fact) => `- ${fact}`).join("\n")] : []),
  ];
}
