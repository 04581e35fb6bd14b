import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { float32 } from "../../base/tensor.ts";
import type { Network } from "../../model/network.ts";
import { splitTargets } from "../../model/target/target.ts";
import type { ViewContext } from "../context.ts";
import { defineView } from "../define-view.ts";
import type { Explanation } from "../explain/explanation.ts";
import { plainCheck } from "../explain/checks/heatmap-check.ts";
import { heatmapShows } from "../explain/heatmap-view.ts";
import { networkField } from "../given-network.ts";
import type { PhotoSubject } from "../subject.ts";
import { linesOfTable } from "../lines-of-table.ts";
import { type Comparison, type ComparedMap, addMaps, varying } from "./comparison.ts";
import { agreementTable, sentences } from "./comparison-words.ts";
import { drawComparison } from "./draw-comparison.ts";
import { type Method, methodAsks, methods, methodsNamed } from "./methods.ts";
import { otherSide } from "./other-side.ts";

export const comparisonView = defineView({
  id: "comparison",
  title: "Comparison",
  family: "side by side",
  summary:
    "Heatmaps of several methods, photos, targets, layers or networks on one sheet, and how far they agree",
  paper: "Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim 2018, arXiv:1810.03292",
  formula:
    "Spearman's correlation of the ranks; |A n B| / |A u B| of the brightest tenths; SSIM of the maps",
  pitfall: "Methods that agree may err alike: agreement is no proof, and --check asks the network.",
  takes: "photos",
  command: {
    name: "compare",
    examples: [
      "striate compare cat_vs_dog.h5 rocky.jpg --methods grad-cam,layer-cam,occlusion",
      "striate compare cat_vs_dog.h5 rocky.jpg --methods grad-cam --targets class:dog,class:cat --layer conv",
      "striate compare before.h5 photos/ --methods grad-cam --against after.h5",
    ],
  },
  asks: {
    methods: field.string("grad-cam,gradient,occlusion", {
      help: `one or several with commas: ${methods.map(({ id }) => id).join(", ")}`,
    }),
    targets: field.string("predicted", {
      help: "what is explained, one or several with commas: class:dog,class:cat",
    }),
    against: networkField("another model file, whose heatmaps stand beside"),
    ...methodAsks,
  },
  shows: {
    ...heatmapShows,
    scale_mode: field.choice(["auto", "shares", "values"], "auto", {
      help: "one scale for all: of values, or of shares of each map's largest one; auto: values where all are of one method",
    }),
    size: field.int(200, { min: 32, max: 1024, help: "longest side of each photo on the sheet" }),
  },
  async *compute(context, photos, asks): AsyncGenerator<Comparison, Comparison, void> {
    const chosen = methodsNamed(asks.methods);
    const targets = splitTargets(asks.targets);
    const sides = [{ running: context.running, photos, name: undefined as string | undefined }];
    if (asks.against) {
      const other = otherSide(context.running, asks.against, photos);
      const [own, name] = twoNames(context.running.network, asks.against);
      sides[0]!.name = own;
      sides.push({ ...other, name });
    }
    let result: Comparison = { maps: [], pairs: [], planes: [], notes: [] };
    const total = sides.length * photos.length * targets.length * chosen.length;
    let [done, failed] = [0, undefined as unknown];
    try {
      for (const [i] of photos.entries())
        for (const side of sides)
          for (const target of targets)
            for (const method of chosen) {
              context.throwIfStopped();
              const progress: ViewContext["progress"] = (share, words) =>
                context.progress((done + share) / total, `${method.title}: ${words ?? ""}`);
              const photo = side.photos[i]!;
              try {
                const own = { ...context, running: side.running, progress };
                const found = await explained(method, own, photo, { ...asks, target });
                const maps = found.maps.map((map): ComparedMap => ({
                  ...map,
                  photo: i,
                  photoName: photo.name,
                  method: method.id,
                  title: method.title,
                  target: found.target,
                  ...(side.name !== undefined && { network: side.name }),
                }));
                result = addMaps(result, maps, found.arrays);
                yield result;
              } catch (error) {
                // Another method may do what this one cannot.
                if (!(error instanceof StriateError) || error.name === "StoppedError") throw error;
                failed ??= error;
                const note = `${method.title}: ${error.message}.`;
                if (!result.notes.includes(note))
                  result = { ...result, notes: [...result.notes, note] };
              }
              done++;
            }
    } finally {
      if (sides[1]) await sides[1].running.release();
    }
    if (result.maps.length === 0) throw failed;
    return result;
  },
  words(result, photos, _, width) {
    const said = sentences(result);
    return {
      caption: `${headline(result)}. ${said.join(" ")} Input: ${photos[0]?.preparation ?? ""}.`,
      lines: [
        headline(result),
        ...result.maps.map((map, i) => `  ${i + 1}  ${varying(result.maps, map)}`),
        ...linesOfTable(agreementTable(result), width),
        ...said,
      ],
    };
  },
  json: ({ maps, pairs, notes }) => ({
    maps: maps.map(({ photoName, method, target, layer, network, height, width, check }) => ({
      photo: photoName,
      method,
      target: target.text,
      score: target.score,
      ...(layer !== undefined && { layer }),
      ...(network !== undefined && { network }),
      size: [height, width],
      ...(check && { check: plainCheck(check) }),
    })),
    agreement: pairs,
    notes,
  }),
  tables: (result) => [agreementTable(result)],
  *arrays({ maps, pairs, arrays = [] }, photos) {
    const several = photos.length > 1;
    const seen = new Set<string>();
    for (const { map, name, value } of arrays) {
      const { network, photoName } = maps[map]!;
      const full = [network, several ? photoName : undefined, name].filter(Boolean).join("/");
      if (!seen.has(full)) yield [full, value];
      seen.add(full);
    }
    const count = maps.length;
    for (const [name, of] of [
      ["rank_correlation", "rankCorrelation"],
      ["top_overlap", "topOverlap"],
      ["ssim", "ssim"],
    ] as const) {
      const values = new Float32Array(count * count);
      for (let i = 0; i < count; i++) values[i * count + i] = 1;
      // What has no meaning is 0 here, since an array of numbers has no word for it.
      for (const { a, b, ...pair } of pairs)
        values[a * count + b] = values[b * count + a] = pair[of] ?? 0;
      yield [`agreement/${name}`, float32([count, count], values)];
    }
  },
  *draw(result, photos, shows) {
    const names = [...new Set(result.maps.map(({ photoName }) => photoName))];
    const name = names.length > 1 ? `${names[0]}-and-${names.length - 1}-more` : names[0];
    const caption = `${sentences(result).join(" ")} Input: ${photos[0]?.preparation ?? ""}.`;
    yield {
      name: `${name}-comparison`,
      picture: drawComparison(result, photos, { title: headline(result), caption }, shows),
    };
  },
});

/** One method of one photo, with those of the questions that it has; the others are its defaults. */
async function explained(
  method: Method,
  context: ViewContext,
  photo: PhotoSubject,
  given: Readonly<Record<string, unknown>>,
): Promise<Explanation> {
  const asks = Object.fromEntries(
    Object.entries(method.asks).map(([key, { fallback }]) => [key, given[key] ?? fallback]),
  );
  const work = method.compute(context, photo, asks);
  if (!("next" in work)) return work;
  for (;;) {
    const { done, value } = await work.next();
    if (done === true) return value;
    context.throwIfStopped();
  }
}

/** The files' names; numbers where both are called alike. */
function twoNames(...networks: readonly [Network, Network]): [string, string] {
  const [a, b] = networks.map(({ origin, name }) => (origin.file ?? name).replace(/^.*[/\\]/, ""));
  return a === b ? [`${a} (1)`, `${b} (2)`] : [a!, b!];
}

/** `Grad-CAM, Gradient and Occlusion for dog`: what all have in common, and what differs. */
function headline({ maps }: Comparison): string {
  const list = (pick: (map: ComparedMap) => string | undefined): string[] => [
    ...new Set(maps.flatMap((map) => pick(map) ?? [])),
  ];
  const joined = (words: readonly string[]): string =>
    words.length > 4
      ? `${words.length} (${words.slice(0, 2).join(", ")}, ...)`
      : words.join(words.length === 2 ? " and " : ", ");
  const layers = list(({ layer }) => layer);
  const photos = list(({ photoName }) => photoName);
  const networks = list(({ network }) => network);
  return (
    `${joined(list(({ title }) => title))} for ${joined(list(({ target }) => target.name))}` +
    `${layers.length > 1 ? ` at ${joined(layers)}` : ""}` +
    `${photos.length > 1 ? ` of ${photos.length} photos` : ""}` +
    `${networks.length > 1 ? `: ${joined(networks)}` : ""}`
  );
}
