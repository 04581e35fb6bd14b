// The gallery as one page: npm run gallery [-- --update | --docs] [NAME...]
// The page's states are among it (`npm run gallery page` draws them alone).
// With --update, the thumbnails that the picture test compares with are written again; with --docs, the pictures
// of docs/seeing.md, one a view, on the packaged network.
import { mkdir, writeFile } from "node:fs/promises";
import { messageOf } from "../../src/base/errors.ts";
import { toPng } from "../../src/api/write-picture.ts";
import { escapeXml } from "../../src/plot/escape-xml.ts";
import { type Figure, drawFigure, figures } from "./figures.ts";
import { drawPageStates } from "./page-states.ts";
import { packagedStage, smallStage } from "./stage.ts";
import { thumbnailOf } from "./thumbnail.ts";

const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith("--"));
const isPage = wanted.includes("page");
const chosen = figures.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

if (args.includes("--update")) {
  const stage = await smallStage();
  const folder = new URL("thumbnails/", import.meta.url);
  await mkdir(folder, { recursive: true });
  for (const figure of chosen) {
    const { picture } = await drawFigure(figure, stage);
    const text = `${JSON.stringify(thumbnailOf(picture), null, 2)}\n`;
    await writeFile(new URL(`${figure.name}.json`, folder), text);
  }
  console.log(`wrote ${chosen.length} thumbnails`);
} else if (args.includes("--docs")) {
  const { default: sharp } = await import("sharp");
  const stage = await packagedStage();
  const folder = new URL("../../docs/pictures/seeing/", import.meta.url);
  await mkdir(folder, { recursive: true });
  for (const figure of chosen.filter(({ name, view }) => name === view.id)) {
    const { picture } = await drawFigure(figure, stage);
    const png = await toPng(picture);
    const small = sharp(png).resize({
      width: 720,
      height: 900,
      fit: "inside",
      withoutEnlargement: true,
    });
    await small.webp({ quality: 78 }).toFile(new URL(`${figure.name}.webp`, folder).pathname);
    console.log(figure.name);
  }
} else {
  const stage = await packagedStage();
  const folder = new URL("../../out/gallery/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const sections: string[] = [];
  for (const figure of chosen) {
    const section = await sectionOf(figure, stage).catch(
      (error: unknown) => `<h2>${figure.name}</h2><p>${escapeXml(messageOf(error))}</p>`,
    );
    sections.push(section);
    console.log(figure.name);
  }
  if (wanted.length === 0 || isPage) {
    const files = await drawPageStates(new URL("page/", folder).pathname);
    sections.push("<h1>The page</h1>", ...files.map(pageSection));
  }
  const page = `<!doctype html><meta charset="utf-8"><title>striate: the gallery</title>
<style>body { font: 16px/1.5 sans-serif; max-width: 1100px; margin: 2em auto } img { max-width: 100% }</style>
<h1>Ways of seeing</h1>
${sections.join("\n")}
`;
  await writeFile(new URL("index.html", folder), page);
  console.log(`wrote ${new URL("index.html", folder).pathname}`);
}

function pageSection(file: string): string {
  return `<h2>${file.replace(".png", "").replace("-", ", ")}</h2>\n<img alt="" src="page/${file}">`;
}

async function sectionOf(figure: Figure, stage: Awaited<ReturnType<typeof packagedStage>>) {
  const { view, name } = figure;
  const { picture, caption } = await drawFigure(figure, stage);
  const png = Buffer.from(await toPng(picture)).toString("base64");
  const about = [
    ["What am I looking at", view.summary],
    ["Formula", view.formula],
    ["Paper", view.paper],
    ["Pitfall", view.pitfall],
  ].flatMap(([word, text]) => (text ? [`<dt>${word}</dt><dd>${escapeXml(text)}</dd>`] : []));
  return `<h2 id="${name}">${escapeXml(view.title)} <small>${name}</small></h2>
<img alt="${escapeXml(caption)}" src="data:image/png;base64,${png}">
<p>${escapeXml(caption)}</p><dl>${about.join("")}</dl>`;
}
