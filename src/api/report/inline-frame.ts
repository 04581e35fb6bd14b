import { escapeXml } from "../../plot/escape-xml.ts";

/** Pixels; the page scrolls within. */
const usualHeight = 720;

/**
 * A page inside another one, as notebooks need it: an `<iframe>` that holds it whole. It may run its own
 * script and reach nothing of what is around it.
 *
 * @param height in pixels
 */
export function inlineFrame(html: string, height = usualHeight): string {
  return (
    `<iframe srcdoc="${escapeXml(html)}" sandbox="allow-scripts" title="striate report" ` +
    `style="width:100%;height:${height}px;border:0;border-radius:8px"></iframe>`
  );
}
