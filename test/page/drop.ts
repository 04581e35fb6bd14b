import type { Page } from "playwright-core";

/** Gives files to the page as a drop does. */
export async function drop(
  page: Page,
  ...files: [name: string, bytes: Uint8Array][]
): Promise<void> {
  const given = files.map(([name, bytes]) => ({
    name,
    text: Buffer.from(bytes).toString("base64"),
  }));
  await page.evaluate((dropped) => {
    const data = new DataTransfer();
    for (const { name, text } of dropped) {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name));
    }
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
  }, given);
}

/**
 * Drops what lies at a path of this computer, a folder too, as the browser itself does.
 * @param meanwhile what happens while it is held above the page
 */
export async function dropPath(
  page: Page,
  path: string,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  await drag(page, path, ["dragEnter", "dragOver"]);
  await meanwhile();
  await drag(page, path, ["drop"]);
}

/** Moves what lies at a path across the page. */
export async function drag(
  page: Page,
  path: string,
  moves: readonly ("dragEnter" | "dragOver" | "drop")[],
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of moves)
    await session.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data });
  await session.detach();
}
