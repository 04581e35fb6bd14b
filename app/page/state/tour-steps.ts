export interface TourStep {
  readonly title: string;
  /** The state of the page, as its address has it. */
  readonly hash: string;
  /** Paragraphs in pieces: plain, or strong. */
  readonly paragraphs: readonly (readonly { readonly text: string; readonly strong: boolean }[])[];
}

/** The steps of the tour, as the Markdown has them: a heading, the state in backquotes, paragraphs. */
export const parseTour = (text: string): readonly TourStep[] =>
  text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [title = "", state = "", ...rest] = part.trim().split(/\n\s*\n/);
      return {
        title: title.trim(),
        hash: state.replaceAll("`", "").trim(),
        paragraphs: rest.map((paragraph) =>
          paragraph
            .replace(/\s+/g, " ")
            .split(/(\*\*[^*]+\*\*|_[^_]+_)/)
            .filter(Boolean)
            .map((piece) => ({
              text: piece.replace(/^(\*\*|_)(.*)\1$/, "$2"),
              strong: /^(\*\*|_)/.test(piece),
            })),
        ),
      };
    });
