export type Tab = "see" | "why" | "compare" | "train" | "data";

export const tabs: readonly { readonly id: Tab; readonly title: string }[] = [
  { id: "see", title: "See" },
  { id: "why", title: "Ask why" },
  { id: "compare", title: "Compare" },
  { id: "train", title: "Train" },
  { id: "data", title: "Data set" },
];
