/** What a page can count on where it is opened: `server` to compute for it, the engine's build for `webgpu`. */
export type PageMark = "server" | "webgpu";

/** The page's HTML with marks in its head, which it reads when it starts. */
export const withMarks = (html: string, marks: readonly PageMark[]): string =>
  html.replace(
    "<title>",
    `${marks.map((mark) => `<meta name="striate-${mark}" content="1" />`).join("")}<title>`,
  );
