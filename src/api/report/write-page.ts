import type { Fields } from "../../base/fields.ts";
import type { RunningNetwork } from "../../model/running.ts";
import type { ReportFact, ReportLooks } from "../../report/report.ts";
import type { Given } from "../../views/run-view.ts";
import { describeNetwork } from "./describe-network.ts";
import type { AnySeen } from "./figures-of.ts";
import { predictionsOf } from "./predictions.ts";
import { ReportBuilder } from "./report-builder.ts";
import { toHtml } from "./to-html.ts";

/** The page of what was seen of one network. */
export async function writePage(
  seen: readonly AnySeen[],
  running: RunningNetwork,
  shows: Given<Fields>,
  facts: readonly ReportFact[],
  looks: ReportLooks,
): Promise<string> {
  const builder = new ReportBuilder(describeNetwork(running.network));
  for (const each of seen) {
    const told = builder.knows(each.subject) ? [] : await predictionsOf(running, each.subject);
    await builder.add(each, told, shows);
  }
  const engine = { name: "engine", value: await running.runtime.engine(), code: true };
  return toHtml(builder.build([engine, ...facts], looks));
}
