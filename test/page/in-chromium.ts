import { existsSync } from "node:fs";
import { afterEach, describe, it } from "vitest";
import { chromiumPath, whatIsShown } from "./chromium.ts";

/** Tests in Debian's Chromium, skipped with a line where there is none. A test that fails says what its pages show. */
export function inChromium(title: string, tests: () => void): void {
  if (!existsSync(chromiumPath)) {
    describe(title, () => it.skip(`skipped: there is no ${chromiumPath}`));
    return;
  }
  describe(`${title}, in Chromium`, () => {
    afterEach(async ({ task }) => {
      const [error] = task.result?.errors ?? [];
      if (error) error.message += `\n${await whatIsShown()}`;
    });
    tests();
  });
}
