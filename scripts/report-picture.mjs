// The picture of a report in README, from the packaged network and the packaged dog:
//   npm run build && node scripts/report-picture.mjs
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "striate-"));
const out = join(folder, "dog.html");
const args = ["see", "dist/demo/dog.jpg", "--model", "models/cat_vs_dog.h5", "--out", out];
spawnSync(process.execPath, ["dist/cli/main.js", ...args], { cwd: root, stdio: "inherit" });

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: { width: 1180, height: 700 } });
await page.goto(pathToFileURL(out).href);
const sheet = page.locator(".sheet").nth(1);
await sheet.waitFor();
// The second layer from its heading on, and the dog's face in one of its maps.
await page.evaluate(() => {
  const layer = document.querySelectorAll(".layer")[1];
  scrollTo({ top: layer.getBoundingClientRect().top + scrollY - 72, behavior: "instant" });
});
await page.waitForTimeout(500);
const { x, y } = await sheet.boundingBox();
await page.mouse.move(x + 282, y + 172);
await page.waitForTimeout(300);
await page.screenshot({ path: join(root, "docs/pictures/report.jpg"), type: "jpeg", quality: 84 });
await browser.close();
rmSync(folder, { recursive: true });
