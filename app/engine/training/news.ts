// A training in plain data: what is asked, and what it tells on the way, in this page or behind `striate train --watch`.
import type { Classified, SourceFile } from "../basics.ts";
import type { Codes } from "../coded-planes.ts";

/** A layer of the network that is trained; the head for the classes comes by itself. */
export type PlannedLayer =
  | { readonly kind: "conv"; readonly filters: number; readonly kernel: number }
  | { readonly kind: "pool" }
  | { readonly kind: "norm" }
  | { readonly kind: "dropout"; readonly rate: number }
  | { readonly kind: "dense"; readonly units: number };

export interface TrainRequest {
  readonly source: { readonly name: "shapes" } | { readonly files: readonly SourceFile[] };
  readonly layers: readonly PlannedLayer[];
  /** Height and width of the pictures. */
  readonly size: number;
  readonly optimizer: string;
  readonly rate: number;
  readonly batch: number;
  readonly epochs: number;
  /** Pictures to train on, at most. */
  readonly pictures: number;
  readonly augment: boolean;
  /** Photos that are looked at after every epoch, besides some of the held-back pictures. */
  readonly photos: readonly { readonly id: number; readonly name: string }[];
}

/** Maps of a layer as they are kept of an epoch: made smaller, a byte a value, a range a map. */
export interface KeptMaps extends Codes {
  readonly address: string;
  readonly className: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** How many maps the layer has, of which the first are kept. */
  readonly of: number;
}

/** Filters of a layer as they are kept of an epoch: a range a filter, the same on both sides of zero. */
export interface KeptFilters extends Codes {
  readonly address: string;
  readonly filters: number;
  readonly channels: number;
  /** Whether what they read is red, green and blue: then they are pictures. */
  readonly readsColors: boolean;
  readonly height: number;
  readonly width: number;
  readonly of: number;
}

/** What an epoch looks like. */
export interface EpochLook {
  readonly filters: readonly KeptFilters[];
  readonly probes: readonly {
    readonly maps: readonly KeptMaps[];
    readonly prediction?: Classified;
  }[];
}

export type Numbers = Readonly<Record<string, number>>;

/** An epoch as it is kept: its numbers, and what it looked like unless memory was short. */
export interface KeptEpoch {
  readonly logs: Numbers;
  readonly look?: EpochLook;
}

/** A picture whose maps are looked at after every epoch. */
export interface Probe {
  readonly label: string;
  /** Whether the label is what it shows, so that an answer is right or wrong. */
  readonly isKnown: boolean;
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export interface TrainingBegin {
  readonly kind: "begin";
  readonly title: string;
  readonly lines: readonly string[];
  readonly notices: readonly string[];
  /** In all, and batches of one where they are known. */
  readonly epochs: number;
  readonly batches: number | null;
  readonly probes: readonly Probe[];
  /** What the epochs told of which a training goes on. */
  readonly past: readonly Numbers[];
}

/** What a training tells on the way; epochs and batches are counted from 0. */
export type TrainingNews =
  | TrainingBegin
  | {
      readonly kind: "batch";
      readonly epoch: number;
      readonly batch: number;
      readonly logs: Numbers;
    }
  | {
      readonly kind: "epoch";
      readonly epoch: number;
      readonly logs: Numbers;
      /** Absent where there was no memory to keep it. */
      readonly look?: EpochLook;
    }
  /** @property words how it ended where it did not come to its end */
  | { readonly kind: "end"; readonly words: string };
