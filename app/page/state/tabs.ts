export type Tab = "see" | "why" | "compare" | "train" | "data";

export const tabs: readonly { readonly id: Tab; readonly title: string }[] = [
  { id: "see", title: "See" },
  { id: "why", title: "Ask why" },
  { id: "compare", title: "Compare" },
  { id: "train", title: "Train" },
  { id: "data", title: "Data set" },
];

/** How all layers are listed. */
export type PanelName = "none" | "graph" | "list";

/** A network of more than a few layers is shown with its graph. */
export const usualPanel = (layers: number): PanelName => (layers > 16 ? "graph" : "none");
