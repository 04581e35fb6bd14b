/** What ways of seeing are about, in the order in which they are listed, with the words over each list. */
export const viewFamilies = {
  inside: "What is inside",
  activation: "Why: maps of a layer",
  gradient: "Why: gradients of the pixels",
  without: "Why: what is lost without",
  "side by side": "Side by side",
  "data set": "Over a data set",
} as const;

export type ViewFamily = keyof typeof viewFamilies;

/** Views by their families, in the order of the families and of the views' titles. */
export function byFamily<V extends { readonly family: ViewFamily; readonly title: string }>(
  views: readonly V[],
): { readonly title: string; readonly views: readonly V[] }[] {
  const sorted = [...views].sort((a, b) => (a.title < b.title ? -1 : 1));
  return Object.entries(viewFamilies)
    .map(([family, title]) => ({ title, views: sorted.filter((view) => view.family === family) }))
    .filter(({ views: own }) => own.length > 0);
}
