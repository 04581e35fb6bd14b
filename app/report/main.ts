import "../components/tokens.css";
import "./report.css";
import { mount } from "svelte";
import Report from "./Report.svelte";
import { readReport } from "./read-report.ts";
import { ReportState } from "./state.svelte.ts";
import { strongest } from "./strongest.ts";

const target = document.getElementById("page")!;
try {
  const report = readReport(document);
  const reader = new ReportState(report);
  reader.picked = await strongest(reader);
  mount(Report, { target, props: { reader } });
} catch (error) {
  target.textContent = `This report cannot be shown: ${error instanceof Error ? error.message : String(error)}.`;
  throw error;
}
