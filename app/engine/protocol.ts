import type { NetworkMap, ReportLooks } from "striate";

// What the page asks of the engine, in plain data that a worker's message or a request can carry.
import type { Classified, SourceFile } from "./basics.ts";
import type { TrainRequest } from "./training/news.ts";
import type { TrainingRecord } from "./training/record.ts";

export type { ClassScore, Classified, SourceFile } from "./basics.ts";

/** Where a network or a photo comes from. */
export type Source =
  | { readonly files: readonly SourceFile[] }
  | { readonly url: string }
  /** What the command line named: `model`, `photo`. */
  | { readonly named: "model" | "photo" };

/** Which elements of the photo an element sees along one axis: `first + i * step` to `last + i * step`. */
export interface Sight {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

export interface LayerInfo {
  readonly address: string;
  readonly className: string;
  readonly activation?: string;
  /** `148 x 148 x 32` */
  readonly shape: string;
  /** Whether it makes maps. */
  readonly maps: boolean;
  /** `3 x 3 kernel, stride 2` */
  readonly detail: string;
  /** Null where that is not known. */
  readonly parameters: number | null;
  readonly multiplyAdds: number | null;
  readonly inbound: readonly string[];
  /** Along rows and columns of the photo; "all" where an element sees the whole input. */
  readonly sight?: readonly Sight[] | "all";
  readonly unavailable?: string;
}

export interface ModelInfo {
  readonly id: number;
  readonly name: string;
  readonly file: string;
  /** `Keras HDF5, Keras 2 Sequential` */
  readonly format: string;
  readonly parameters: number;
  readonly layers: readonly LayerInfo[];
  /** The layers that are shown where nobody chose others. */
  readonly shown: readonly string[];
  /** What a person should know of the file, in sentences. */
  readonly notices: readonly string[];
  /** Why it takes no photo, where it takes none. */
  readonly noPhoto?: string;
  /** Where it runs: `WebAssembly, 2 threads`. */
  readonly engine: string;
}

export interface PhotoInfo {
  readonly id: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Made smaller where it is large. */
  readonly pixels: Pixels;
}

/** A picture in bytes of red, green, blue, opacity. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export interface MapNumbers {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  /** Share of the values that are zero. */
  readonly zeros: number;
  readonly state: "live" | "dead" | "constant" | "non-finite";
}

/** What a layer makes of a photo: planes of `height * width` numbers, one after the other. */
export interface LayerMaps {
  readonly address: string;
  readonly className: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
  readonly numbers: readonly MapNumbers[];
}

export interface SeenPhoto {
  readonly maps: readonly LayerMaps[];
  /** Best first; absent where no output is a list of classes. */
  readonly prediction?: Classified;
  /** What was done to the photo, in words. */
  readonly preparation: string;
  /** Takes a point of the input to the photo: `(a x + b y + c, d x + e y + f)`. */
  readonly toPhoto?: readonly number[];
  /** [height, width] */
  readonly inputSize?: readonly number[];
}

export interface FieldInfo {
  readonly key: string;
  readonly kind: string;
  readonly help: string;
  readonly fallback: unknown;
  readonly nullable: boolean;
  /** Whether it has no value of its own accord. */
  readonly required: boolean;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}

export interface ViewInfo {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly paper?: string;
  readonly formula?: string;
  readonly pitfall?: string;
  /** The words over the list that it stands in. */
  readonly family: string;
  readonly takes: string;
  readonly asks: readonly FieldInfo[];
  readonly shows: readonly FieldInfo[];
}

export type Given = Readonly<Record<string, unknown>>;

export interface ViewTable {
  readonly name: string;
  readonly columns: readonly { readonly title: string; readonly right?: boolean }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface DrawnPicture {
  readonly name: string;
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** Where the drawing begins, below its heading. */
  readonly top?: number;
}

export interface ViewAnswer {
  readonly result: number;
  readonly view: string;
  readonly caption: string;
  readonly lines: readonly string[];
  readonly tables: readonly ViewTable[];
  readonly pictures: readonly DrawnPicture[];
  /** How many pictures there are; the first of them are drawn. */
  readonly pictureCount: number;
  readonly stopped: boolean;
}

/** One value taken apart. */
export interface FieldAnswer {
  readonly value: number;
  readonly headline: string;
  readonly arithmetic?: {
    readonly isAffine: boolean;
    readonly sum: number;
    readonly constant: number;
    readonly value: number;
    readonly activation?: { readonly name: string; readonly value: number };
    readonly terms: number;
    /** Largest first: channel, row and column of what the layer reads, where it reads maps. */
    readonly products: readonly {
      readonly index: readonly number[];
      readonly input: number;
      readonly weight: number;
    }[];
  };
  /** How much each pixel of the input counts. */
  readonly effective: {
    readonly height: number;
    readonly width: number;
    readonly values: Float32Array;
  };
}

export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An epoch of a training that this engine has made. */
export interface EpochAddress {
  readonly run: number;
  readonly epoch: number;
}

/** What can be asked. Progress and what is half done come on the way. */
export interface EngineMethods {
  views(): Promise<readonly ViewInfo[]>;
  colormaps(): Promise<readonly { readonly name: string; readonly colors: Uint8Array }[]>;
  open(
    source: Source,
    options: { readonly device?: string; readonly threads?: number },
  ): Promise<ModelInfo>;
  close(model: number): Promise<void>;
  /** The graph of a network, with these nested models closed. */
  graph(model: number, closed: readonly string[]): Promise<NetworkMap>;
  photo(source: Source): Promise<PhotoInfo>;
  see(model: number, photo: number, layers: readonly string[]): Promise<SeenPhoto>;
  field(model: number, photo: number, place: string): Promise<FieldAnswer>;
  view(
    view: string,
    on: { readonly model: number; readonly photo?: number; readonly other?: number },
    asks: Given,
    shows: Given,
  ): Promise<ViewAnswer>;
  redraw(result: number, shows: Given): Promise<readonly DrawnPicture[]>;
  numbers(result: number): Promise<Uint8Array>;
  picture(result: number, index: number, shows: Given): Promise<Uint8Array>;
  /** The numbers of what {@link see} saw. */
  mapNumbers(model: number, photo: number, layers: readonly string[]): Promise<Uint8Array>;
  /** One HTML file of what {@link see} saw and what views found, with the looks of the page. */
  report(
    model: number,
    photo: number,
    layers: readonly string[],
    results: readonly number[],
    looks: ReportLooks,
  ): Promise<Uint8Array>;
  /** What a network says of a photo that is not kept. */
  answer(model: number, photo: Source): Promise<SeenPhoto["prediction"]>;
  /** Tells {@link TrainingNews} on the way; `run` names what is kept of each epoch. */
  train(request: TrainRequest): Promise<ModelInfo & { readonly run: number }>;
  /** {@link see} with the network as it was after an epoch of a training, from 0. */
  seeEpoch(
    at: EpochAddress,
    photo: number,
    layers: readonly string[],
  ): Promise<Omit<SeenPhoto, "preparation">>;
  /** The epochs of a training whose networks are kept. */
  epochsKept(run: number): Promise<readonly number[]>;
  saveEpoch(at: EpochAddress, ending: string): Promise<SavedFile>;
  /** The epochs of a training as an animated picture. */
  animate(record: TrainingRecord, colormap: string): Promise<SavedFile>;
  save(model: number, ending: string): Promise<SavedFile>;
  /** Opens a zip of class folders, for its photos. */
  openZip(source: Source): Promise<{ readonly zip: number; readonly paths: readonly string[] }>;
  /** A photo of such a zip in its own size. */
  zipPhoto(zip: number, path: string): Promise<Pixels>;
}

export type Method = keyof EngineMethods;

/** What comes on the way of a call. */
export type OnTheWay =
  | { readonly kind: "progress"; readonly done: number; readonly words?: string }
  | { readonly kind: "partial"; readonly value: unknown };

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, words?: string) => void;
  readonly onPartial?: (value: never) => void;
}

/** The engine as the page knows it, wherever it runs. */
export interface Engine {
  call<M extends Method>(
    method: M,
    args: Parameters<EngineMethods[M]>,
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<EngineMethods[M]>>>;
}

export type Answer =
  | OnTheWay
  | { readonly kind: "done"; readonly value: unknown }
  /** @property isKnown whether it is a sentence for the user, and no bug */
  | {
      readonly kind: "error";
      readonly message: string;
      readonly isKnown: boolean;
      readonly isStop: boolean;
    };
