import type { BytesHandle, LayerField, MapsFigure, ReportPhoto } from "striate";
import type { Place } from "../components/places.ts";
import { Theme } from "../components/theme.svelte.ts";
import type { PageReport } from "./read-report.ts";

export type Scale = "map" | "layer" | "network" | "symmetric";

/** What is pointed at: one value of a figure. */
export interface Pointed {
  readonly figure: MapsFigure<BytesHandle>;
  readonly place: Place;
}

/** What the reader of a report has chosen. */
export class ReportState {
  readonly report: PageReport;
  readonly theme: Theme;
  photo = $state(0);
  scale = $state<Scale>("map");
  /** `auto`: by the signs of the values. */
  colormap = $state("auto");
  size = $state(1);
  opacity = $state(0.75);
  /** Whether the photo shows through where a heatmap's values are small. */
  byStrength = $state(true);
  hovered = $state.raw<Pointed>();
  picked = $state.raw<Pointed>();

  constructor(report: PageReport) {
    this.report = report;
    const { scale = "map", colormap = "auto", theme } = report.looks;
    this.scale = scale;
    this.colormap = colormap;
    this.theme = new Theme(theme);
    const heatmap = report.sections.flatMap(({ figures }) => figures).find(isHeatmap);
    this.opacity = heatmap?.opacity ?? 0.75;
  }

  get pointed(): Pointed | undefined {
    const pointed = this.hovered ?? this.picked;
    return pointed?.figure.photo === this.photo ? pointed : undefined;
  }

  get currentPhoto(): ReportPhoto<BytesHandle> | undefined {
    return this.report.photos[this.photo];
  }

  /** The figures of the photo that is looked at, and those of none, by section. */
  readonly sections = $derived.by(() =>
    this.report.sections
      .filter(({ photos }) => photos.length === 0 || photos.includes(this.photo))
      .map((section) => ({
        ...section,
        figures: section.figures.filter(({ photo }) => photo === undefined || photo === this.photo),
      })),
  );

  /** All layers that are shown of the photo: one scale may span them. */
  readonly layers = $derived(
    this.sections.flatMap(({ figures }) => figures).filter((figure) => figure.kind === "maps"),
  );

  fieldOf(layer: string): LayerField | undefined {
    return this.report.network?.fields[layer];
  }
}

const isHeatmap = <F extends { kind: string }>(figure: F): figure is F & { kind: "heatmap" } =>
  figure.kind === "heatmap";
