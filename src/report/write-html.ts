import { escapeXml } from "../plot/escape-xml.ts";
import type { PackedReport } from "./pack-report.ts";

/**
 * Puts a report into the page that shows it. All that strangers named is data there: JSON without a `<`, and
 * the title escaped; the page writes it as text only.
 *
 * @param page the built page, with marks where the title and the data go
 */
export function writeHtml(page: string, title: string, { json, blocks }: PackedReport): string {
  const data = [
    `<script type="application/json" id="report">${json.replaceAll("<", "\\u003c")}</script>`,
    ...blocks.map((block, i) => `<script type="text/plain" id="block-${i}">${block}</script>`),
  ].join("\n");
  // Functions, since a text may hold `$&`.
  return page.replace("<!--title-->", () => escapeXml(title)).replace("<!--data-->", () => data);
}
