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

/** Drops what lies at a path of this computer, a folder too, as the browser itself does. */
export async function dropPath(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data });
  await session.detach();
}
