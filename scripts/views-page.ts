import { allViews } from "../src/views/all-views.ts";
import type { AnyView } from "../src/views/define-view.ts";

/** `docs/seeing.md`, made of the records of the views. */
export function viewsPage(): string {
  const byId = (a: AnyView, b: AnyView) => (a.id < b.id ? -1 : 1);
  const isMethod = ({ takes, command }: AnyView) => takes === "photo" && !command;
  const methods = allViews.filter(isMethod).sort(byId);
  const others = allViews.filter((view) => !isMethod(view)).sort(byId);
  return [
    "# Ways of seeing",
    "What each picture shows, and how it misleads. Made by `npm run docs` of the records in `src/views/`.",
    "## Why did it say so?",
    "Methods of `striate explain PHOTO --model FILE --method NAME`; those marked **export** can also be written " +
      "into one ONNX file with the network, by `striate export --view NAME`.",
    ...methods.flatMap(section),
    "## What is in it?",
    ...others.flatMap(section),
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
    ...(facts.length > 0 ? [facts.map((fact) => `- ${fact}`).join("\n")] : []),
  ];
}
