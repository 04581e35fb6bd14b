/** The page that shows a report, made of `app/report` when the package is built. */
declare module "#report-page" {
  /** An HTML document with `<!--title-->` and `<!--data-->` in it. */
  export const page: string;
}
