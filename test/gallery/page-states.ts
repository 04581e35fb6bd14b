// The page in each of its states, as pictures for the gallery: they are to be looked at.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { striate } from "../command-line.ts";
import { chromiumPath, launchChromium } from "../page/chromium.ts";
import { drop } from "../page/drop.ts";
import { hostSite } from "../page/static-site.ts";
import { largeNetwork } from "./large-network.ts";

export interface PageState {
  readonly name: string;
  /** The state as the address of the page has it. */
  readonly hash?: string;
  /** What is done there. */
  readonly act?: (page: Page) => Promise<unknown>;
}

const computed = (page: Page) => page.getByText("Done.").waitFor();
const takenApart = (page: Page) =>
  page
    .getByRole("region", { name: "One value taken apart" })
    .getByText(/products together/)
    .waitFor();

export const pageStates: readonly PageState[] = [
  { name: "see" },
  { name: "unit", hash: "#unit=conv2d_1@30,36[2]", act: takenApart },
  {
    name: "graph",
    hash: "#panel=graph&unit=conv2d_3@7,7[10]",
    act: async (page) => {
      await takenApart(page);
      await page.locator(".box").first().waitFor();
    },
  },
  {
    name: "pinned",
    hash: "#unit=conv2d_2@17,17[4]&scale=layer",
    act: async (page) => {
      await takenApart(page);
      await page.getByRole("button", { name: "Pin", exact: true }).click();
    },
  },
  { name: "why", hash: "#tab=why&view=grad-cam", act: computed },
  { name: "compare", hash: "#tab=compare", act: (page) => page.waitForTimeout(4000) },
  { name: "train", hash: "#tab=train" },
  {
    name: "tour",
    act: async (page) => {
      await page.getByRole("button", { name: "Tour" }).click();
      await page.getByRole("button", { name: "Next" }).click();
      await takenApart(page);
    },
  },
  {
    name: "open",
    act: (page) => page.getByRole("button", { name: /Open\s*(network)?/ }).click(),
  },
  {
    name: "broken",
    act: async (page) => {
      await drop(page, ["broken.h5", new TextEncoder().encode("no model")]);
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "large",
    act: async (page) => {
      await drop(page, ["a-network-of-a-thousand-layers-and-a-long-name.h5", await largeNetwork()]);
      await page.locator(".box").nth(3).waitFor();
      await page.locator(".column canvas").first().waitFor();
      await page.locator('.box[title^="stage1:"]').click();
      await page.locator(".model").first().waitFor();
    },
  },
];

/** Light and wide, dark and wide, and as narrow as a telephone. */
export const pageLooks = [
  { name: "light", width: 1280, height: 800 },
  { name: "dark", width: 1440, height: 900 },
  { name: "narrow", width: 360, height: 740 },
] as const;

/**
 * Writes a picture of each state in each look.
 *
 * @param wanted names of states; all where there are none
 * @returns the names of the files
 */
export async function drawPageStates(
  folder: string,
  wanted: readonly string[] = [],
): Promise<readonly string[]> {
  if (!existsSync(chromiumPath)) return [];
  mkdirSync(folder, { recursive: true });
  const beside = mkdtempSync(join(tmpdir(), "striate-states-"));
  striate(["build-page", join(beside, "site")]);
  const { server, address } = await hostSite(join(beside, "site"), { isolated: true });
  const browser = await launchChromium();
  const written: string[] = [];
  try {
    for (const { name, hash = "", act } of pageStates) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      for (const { name: look, width, height } of pageLooks) {
        const context = await browser.newContext({
          viewport: { width, height },
          colorScheme: look === "dark" ? "dark" : "light",
        });
        const page = await context.newPage();
        page.setDefaultTimeout(90_000);
        await page.goto(address + hash);
        await page.waitForFunction(
          () => performance.getEntriesByName("striate-live").length > 0,
          undefined,
          { polling: 200 },
        );
        await act?.(page);
        await page.waitForTimeout(500);
        const file = `${name}-${look}.png`;
        await page.screenshot({ path: join(folder, file), fullPage: look === "narrow" });
        written.push(file);
        await context.close();
      }
    }
  } finally {
    await browser.close();
    server.close();
    rmSync(beside, { recursive: true, force: true });
  }
  return written;
}
