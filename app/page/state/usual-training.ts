import type { PlannedLayer, TrainRequest } from "../../engine/training/news.ts";

/** How a training goes, apart from its pictures and its layers. */
type Settings = Omit<TrainRequest, "source" | "layers" | "photos">;

export const usualLayers: readonly PlannedLayer[] = [
  { kind: "conv", filters: 16, kernel: 3 },
  { kind: "pool" },
  { kind: "conv", filters: 32, kernel: 3 },
  { kind: "pool" },
  { kind: "conv", filters: 32, kernel: 3 },
  { kind: "pool" },
  { kind: "dropout", rate: 0.3 },
  { kind: "dense", units: 64 },
];

export const usualSettings: Settings = {
  size: 48,
  optimizer: "adam",
  rate: 0.001,
  batch: 32,
  epochs: 10,
  pictures: 720,
  augment: false,
};
