import { largest } from "../../base/extremes.ts";
import { field } from "../../base/fields.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { themes } from "../../plot/theme.ts";
import { type ViewTable, defineView, inFileName } from "../define-view.ts";
import { placesOfPlane } from "../heatmap/stacked-plane.ts";
import { ablatedScores } from "../explain/ablation-cam-view.ts";
import { camLayers } from "../explain/cam-layers.ts";
import { targetOf } from "../explain/explained-target.ts";
import { type ExplainedTarget, arrayName } from "../explain/explanation.ts";
import { heatmapAsks } from "../explain/heatmap-view.ts";
import { linesOfTable } from "../lines-of-table.ts";
import { changeWords, changedUnits, drawChange } from "./changed-units.ts";
import type { AblatedLayer, Ablation } from "./ablation.ts";
import { parseScaledUnits } from "./scaled-network.ts";

/** How many of the strongest units are switched off one after the other. */
const mostTogether = 32;

export const ablateView = defineView({
  id: "ablate",
  title: "Ablation",
  family: "without",
  summary:
    "Which units carry a decision: each switched off in turn, and how much of the score it takes away",
  paper: "Morcos, Barrett, Rabinowitz, Botvinick 2018, arXiv:1803.06959",
  formula: "s(x) - s(x with unit c of the layer set to 0)",
  pitfall: "Units that stand in for each other look unimportant one by one.",
  takes: "photo",
  command: {
    name: "ablate",
    words: [],
    examples: [
      "striate ablate cat_vs_dog.h5 rocky.jpg",
      "striate ablate cat_vs_dog.h5 rocky.jpg --layer conv2d_3 --boost 17=0,5=2",
    ],
  },
  asks: {
    target: heatmapAsks.target,
    layer: field.string("last", {
      help: "a layer with maps, a list, or conv for all; the last by default",
    }),
    boost: field.nullable(
      field.string(undefined, {
        help: "units and what they are multiplied by, as 17=0,5=2, to see score and heatmap answer; by default the strongest is muted",
      }),
    ),
  },
  shows: {
    top: field.int(24, { min: 1, max: 200, help: "units in the picture" }),
    theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
  },
  async compute(context, photo, asks): Promise<Ablation> {
    const { running } = context;
    const target = await targetOf(running, photo, asks.target);
    const given = { context, running, photo, target };
    const layers: AblatedLayer[] = [];
    const wanted = camLayers(running.network, asks.layer);
    const values = await running.run(
      photo.inputs,
      wanted.map(({ port }) => port.value),
    );
    for (const [i, layer] of wanted.entries()) {
      const count = values[i]!.shape[layer.channels]!;
      const alone = await ablatedScores(
        given,
        layer,
        values[i]!,
        Array.from({ length: count }, (_, c) => [c]),
      );
      const order = [...alone.keys()].sort((a, b) => alone[a]! - alone[b]!);
      const groups = Array.from({ length: Math.min(mostTogether, count) + 1 }, (_, n) =>
        order.slice(0, n),
      );
      const together = await ablatedScores(given, layer, values[i]!, groups);
      const units =
        asks.boost === null ? [{ unit: order[0]!, factor: 0 }] : parseScaledUnits(asks.boost);
      layers.push({
        changed: await changedUnits(given, layer, count, units),
        layer: layer.name,
        scores: Float32Array.from(alone),
        order,
        together: Float32Array.from(together),
      });
      context.progress((i + 1) / wanted.length, layer.name);
    }
    return { target: target.explained, layers };
  },
  words: (result, { name, preparation }, _, width) => ({
    caption: `${result.layers.flatMap((layer) => [sentence(result.target, layer), ...changeWords(result.target, layer)]).join(" ")} Input: ${preparation}.`,
    lines: [
      `${name}: ${result.target.words}; score ${formatNumber(result.target.score, 4)}`,
      ...result.layers.flatMap((layer) => [
        sentence(result.target, layer),
        ...changeWords(result.target, layer),
      ]),
      ...linesOfTable(table(result), width),
    ],
  }),
  json: ({ target, layers }) => ({
    target: target.text,
    score: target.score,
    layers: layers.map(({ layer, scores, order, together, changed }) => ({
      layer,
      units: order.map((unit) => {
        const drop = target.score - scores[unit]!;
        return { unit, drop, share: shareOf(drop, target.score) };
      }),
      together: [...together],
      ...(changed && {
        scaled: changed.units,
        scaledScore: changed.score,
        ...(changed.agreement && { heatmaps: changed.agreement }),
      }),
    })),
  }),
  tables: (result) => [table(result)],
  *arrays({ target, layers }): Iterable<readonly [string, Tensor]> {
    for (const { layer, scores, together, changed } of layers) {
      yield [arrayName(target, layer, "ablated_scores"), float32([scores.length], scores)];
      yield [arrayName(target, layer, "ablated_together"), float32([together.length], together)];
      for (const [when, map] of Object.entries(changed?.maps ?? {}))
        yield [
          arrayName(target, layer, `scaled/gradcam_${when}`),
          float32(placesOfPlane(map), map.values),
        ];
    }
  },
  *draw(result, photo, { top, theme }) {
    for (const layer of result.layers)
      yield {
        name: `${photo.name}-ablate-${inFileName(layer.layer)}`,
        picture: drawLayer(result.target, layer, top, theme),
      };
    for (const { layer, changed } of result.layers)
      if (changed?.maps)
        yield {
          name: `${photo.name}-ablate-${inFileName(layer)}-heatmaps`,
          picture: drawChange(result.target, layer, changed, photo, theme),
        };
  },
});

/** Which part of the score a drop is; null where there is no score to share. */
const shareOf = (drop: number, score: number): number | null =>
  score === 0 ? null : drop / Math.abs(score);

const percent = (share: number | null): string =>
  share === null ? "-" : `${formatNumber(100 * share, 3)} %`;

function sentence(
  { name, score }: ExplainedTarget,
  { layer, scores, order, together }: AblatedLayer,
): string {
  const [first] = order;
  const turn = together.findIndex((each) => Math.sign(each) !== Math.sign(score));
  const turned =
    turn > 0
      ? `without the ${turn} strongest together the score changes its sign`
      : `even without the ${together.length - 1} strongest together it is ${formatNumber(together.at(-1)!, 3)}`;
  return (
    `${layer}: unit ${first} carries most of ${name}, ${percent(shareOf(score - scores[first!]!, score))} of its score: without it the score falls from ${formatNumber(score, 3)} to ` +
    `${formatNumber(scores[first!]!, 3)}; ${turned}.`
  );
}

function table({ target, layers }: Ablation): ViewTable {
  return {
    name: "units",
    columns: [
      { title: "layer" },
      { title: "unit", right: true },
      { title: "score without it", right: true },
      { title: "carries", right: true },
      { title: "of the score", right: true },
    ],
    rows: layers.flatMap(({ layer, scores, order }) =>
      order
        .slice(0, 10)
        .map((unit) => [
          layer,
          unit,
          formatNumber(scores[unit]!, 4),
          formatNumber(target.score - scores[unit]!, 3),
          percent(shareOf(target.score - scores[unit]!, target.score)),
        ]),
    ),
  };
}

/** Bars to the right for units that carry the target, to the left for those that speak against it. */
function drawLayer(
  target: ExplainedTarget,
  layer: AblatedLayer,
  top: number,
  name: "light" | "dark",
): Picture {
  const theme = themes[name];
  const half = Math.ceil(Math.min(top, layer.order.length) / 2);
  const shown =
    layer.order.length <= top
      ? layer.order
      : [...layer.order.slice(0, half), ...layer.order.slice(-half)];
  const drop = (unit: number) => target.score - layer.scores[unit]!;
  const most = Math.max(largest(shown.map((unit) => Math.abs(drop(unit)))), 1e-30);
  const [row, reach, middle] = [20, 260, 340];
  const marks = shown.flatMap((unit, i): Mark[] => {
    const y = i * row;
    const length = (Math.abs(drop(unit)) / most) * reach;
    const isFor = drop(unit) >= 0;
    const text = formatNumber(drop(unit), 3);
    return [
      { kind: "text", x: 0, y: y + 13, text: `unit ${unit}`, size: 12, fill: theme.ink },
      {
        kind: "rect",
        x: isFor ? middle : middle - length,
        y: y + 3,
        width: Math.max(length, 0.5),
        height: 13,
        fill: isFor ? "#b40426" : "#3b4cc0",
      },
      {
        kind: "text",
        x: isFor ? middle + length + 6 : middle - length - 6,
        y: y + 13,
        text,
        size: 11,
        fill: theme.muted,
        anchor: isFor ? "start" : "end",
      },
    ];
  });
  marks.push({
    kind: "rect",
    x: middle,
    y: 0,
    width: 1,
    height: shown.length * row,
    fill: theme.line,
  });
  return page({
    title: `What carries ${target.name}`,
    subtitle: layer.layer,
    caption: `${sentence(target, layer)} Red: switching the unit off lowers the score. Blue: it raises it.`,
    body: { width: middle + reach + 80, height: shown.length * row, marks },
    theme,
  });
}
