import { writeFileSync } from "node:fs";
import { viewsPage } from "./views-page.ts";

writeFileSync(new URL("../docs/seeing.md", import.meta.url), viewsPage());
