import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { striate } from "./command-line.ts";
import { hostSite } from "./page/static-site.ts";
import { WebKitWindow, missingOfWebKit } from "./page/webkit.ts";

const missing = missingOfWebKit();
if (missing) describe("the page in WebKit", () => it.skip(`skipped: there is no ${missing}`));
else
  describe("the page in WebKit", () => {
    const folder = mkdtempSync(join(tmpdir(), "striate-webkit-"));
    let host: { server: Server; address: string };
    let window: WebKitWindow;

    beforeAll(async () => {
      const { code, err } = striate(["build-page", join(folder, "site")]);
      if (code !== 0) throw new Error(err);
      host = await hostSite(join(folder, "site"), { isolated: true });
      window = await WebKitWindow.open();
    });

    afterAll(async () => {
      await window?.close();
      host?.server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const goTo = (hash: string) => window.goTo(`${host.address}${hash}`);

    it("opens the packaged network and dog, and computes there", async () => {
      await goTo("#unit=conv2d_1@30,36[2]");
      await window.shows(/products together/);
      await window.shows(/Dog/);
      const columns = "return document.querySelectorAll('.column canvas').length";
      expect(await window.read<number>(columns)).toBeGreaterThan(3);
    });

    it.each(["grad-cam", "integrated-gradients", "occlusion", "dream", "filters"])(
      "asks %s of it",
      async (view) => {
        await goTo(`#tab=why&view=${view}`);
        await window.shows(/Done\./);
        await window.shows(/^(?![^]*(unexpected error|no longer in memory))/);
      },
    );

    it("compares the two photos, and trains", async () => {
      await goTo("#tab=compare");
      const sides = "return document.querySelectorAll('.sides canvas').length";
      await expect.poll(() => window.read<number>(sides), { timeout: 60_000 }).toBeGreaterThan(2);
      await goTo("#tab=train");
      await window.shows(/Train/);
      await window.read(
        "[...document.querySelectorAll('main button')].find((each) => each.innerText === 'Train').click()",
      );
      const probes = `return document.querySelectorAll('[aria-label="How it goes"] canvas').length`;
      await expect.poll(() => window.read<number>(probes), { timeout: 60_000 }).toBeGreaterThan(0);
    });
  });
