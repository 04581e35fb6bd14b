import { platform } from "#platform";
import { packReport } from "../../report/pack-report.ts";
import type { Report } from "../../report/report.ts";
import { writeHtml } from "../../report/write-html.ts";

/**
 * A report as one HTML file that needs nothing else: no network, no server, no script of anybody. It opens
 * from a disk.
 */
export async function toHtml(report: Report): Promise<string> {
  const [{ page }, packed] = await Promise.all([
    import("#report-page"),
    packReport(report, platform.deflate),
  ]);
  return writeHtml(page, report.title, packed);
}
