import { writeFileSync } from "node:fs";
import { formatsPage } from "./formats-page.ts";

writeFileSync(new URL("../docs/formats.md", import.meta.url), formatsPage());
