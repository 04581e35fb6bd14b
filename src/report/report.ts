import type { Affine, Rectangle } from "../base/affine.ts";
import type { Range } from "../plot/range.ts";

/**
 * A report: all that a page needs to show what was seen, as plain data. It knows no network and no view, so
 * that it can be read when both are gone; `packReport` makes text of it, and the page reads that again.
 *
 * @typeParam B bytes: an array where it is made, a handle where it is read
 */
export interface Report<B = Uint8Array> {
  /** Of this record. A page refuses one that it does not know. */
  readonly version: typeof reportVersion;
  readonly title: string;
  readonly network?: ReportNetwork;
  readonly photos: readonly ReportPhoto<B>[];
  readonly sections: readonly ReportSection<B>[];
  /** What a person needs to make it again: versions, files, their SHA-256. */
  readonly facts: readonly ReportFact[];
  /** How the page looks when it is opened. */
  readonly looks: ReportLooks;
}

export interface ReportLooks {
  /** What shares one scale of colours. */
  readonly scale?: "map" | "layer" | "network" | "symmetric";
  /** By default what suits the signs of the values. */
  readonly colormap?: string;
  /** By default what the reader's system says. */
  readonly theme?: "light" | "dark";
}

export const reportVersion = 1;

export interface ReportNetwork {
  readonly name: string;
  readonly file?: string;
  /** `Keras HDF5, Keras 2 Sequential` */
  readonly origin: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly parameters: number;
  /** Null where a length is free. */
  readonly multiplyAdds: number | null;
  readonly labels?: readonly string[];
  readonly layers: readonly ReportLayer[];
  /** By the address of what a layer makes: what its values see of the input. */
  readonly fields: Readonly<Record<string, LayerField>>;
}

export interface ReportLayer {
  readonly address: string;
  readonly className: string;
  /** `(None, 148, 148, 32)` */
  readonly shape: string;
  /** Null where that is not known. */
  readonly parameters: number | null;
}

/** What a value of a map sees of the input along one axis, in its pixels: `start + i * step` to `+ size`. */
export interface FieldAxis {
  readonly size: number;
  readonly step: number;
  /** The edge where the first value's field begins; it may lie outside, in the padding. */
  readonly start: number;
}

/** Rows, then columns; `all` where each value sees the whole input. */
export type LayerField = readonly [rows: FieldAxis, columns: FieldAxis] | "all";

export interface ReportPhoto<B = Uint8Array> {
  readonly name: string;
  /** The file and what it is: `dog.jpg, JPEG, 468 x 589`. */
  readonly file?: string;
  /** What was done to it: `resized to 150 x 150 (bilinear); x / 255`. */
  readonly preparation: string;
  readonly picture?: ReportPicture<B>;
  /** Best first; only the first ones. */
  readonly prediction?: ReportPrediction;
}

/** The photo, as large as a page needs it, and where the network's input lies on it. */
export interface ReportPicture<B = Uint8Array> {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel, as `encodePixels` writes them. */
  readonly pixels: B;
  readonly input: { readonly width: number; readonly height: number };
  /** From the input's pixels to this picture's. */
  readonly fromInput: Affine;
}

export interface ReportPrediction {
  readonly probabilities: boolean;
  readonly scores: readonly { readonly label: string; readonly score: number }[];
  /** How many classes are not among the scores. */
  readonly others: number;
}

/** One way of seeing, with what it says. */
export interface ReportSection<B = Uint8Array> {
  readonly view: {
    readonly id: string;
    readonly title: string;
    readonly summary: string;
    readonly formula?: string;
    readonly paper?: string;
    readonly pitfall?: string;
  };
  /** The numbers of the photos that it looked at; none where it looked at the network alone. */
  readonly photos: readonly number[];
  readonly caption: string;
  readonly figures: readonly ReportFigure<B>[];
  readonly tables: readonly ReportTable[];
}

export type ReportFigure<B = Uint8Array> = MapsFigure<B> | HeatmapFigure<B> | PictureFigure<B>;

/** The maps of one layer. */
export interface MapsFigure<B = Uint8Array> {
  readonly kind: "maps";
  /** The number of the photo. */
  readonly photo: number;
  readonly layer: string;
  readonly className: string;
  /** `(1, 148, 148, 32)` */
  readonly shape: string;
  /** `strip`: the units of a dense layer, or channels by steps; it has one map. */
  readonly form: "maps" | "strip";
  readonly height: number;
  readonly width: number;
  /** One entry a map; those that the file has no room for are missing at the end. */
  readonly maps: readonly MapNumbers[];
  /** How many maps the layer has. */
  readonly channels: number;
  /** `maps.length` planes of `height * width` codes of `quantise`. */
  readonly codes: B;
}

/** What is said of one map: over its finite values, null where there is none (JSON has no NaN). */
export interface MapNumbers {
  readonly low: number | null;
  readonly high: number | null;
  readonly mean: number | null;
  readonly std: number | null;
  /** Share of exact zeros, 0 to 1. */
  readonly zeros: number;
  readonly state: "live" | "dead" | "constant" | "non-finite";
}

/** One plane over a photo. */
export interface HeatmapFigure<B = Uint8Array> {
  readonly kind: "heatmap";
  readonly photo: number;
  readonly title: string;
  /** Target and layer: `dog, conv2d_3`. */
  readonly detail: string;
  /** What a check found. */
  readonly note?: string;
  readonly layer?: string;
  readonly height: number;
  readonly width: number;
  /** `height * width` float32, the lowest byte first. */
  readonly values: B;
  /** The values of the end colours, zero in the middle where both signs matter. */
  readonly range: Range | null;
  readonly colormap: string;
  /** Whether values run together between their centres. */
  readonly smooth: boolean;
  readonly opacity: number;
  readonly frame?: Rectangle;
}

/** A drawing, where the numbers behind it are not in the report. */
export interface PictureFigure<B = Uint8Array> {
  readonly kind: "picture";
  readonly photo?: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** What can be seen on it. */
  readonly description: string;
  /** An SVG document. */
  readonly svg: B;
}

export interface ReportTable {
  readonly name: string;
  readonly columns: readonly { readonly title: string; readonly right?: boolean }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface ReportFact {
  readonly name: string;
  readonly value: string;
  /** Whether it is a hash or a number of a version, which is set in a fixed width. */
  readonly code?: boolean;
}
