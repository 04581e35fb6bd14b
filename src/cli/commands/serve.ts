import { spawn } from "node:child_process";
import { field } from "../../base/fields.ts";
import { holdsResults } from "../../node/page/named-run.ts";
import { servePage } from "../../node/page/serve-page.ts";
import { isKeptTraining, readKeptTraining } from "../../node/training/kept-training.ts";
import { defineCommand } from "../command.ts";

export const serve = defineCommand({
  name: "serve",
  group: "see",
  summary: "Open a page on this machine: drop a network and a photo, and walk through it",
  arguments: [
    {
      name: "[file]",
      help: "a model file, or the folder of one; what census or embed wrote; what train --watch kept (.training)",
    },
  ],
  fields: {
    photo: field.nullable(
      field.string(undefined, { placeholder: "file", help: "the photo that it opens on" }),
    ),
    port: field.int(4747, { min: 0, max: 65_535, help: "0 for any that is free" }),
    open: field.boolean(false, { help: "open it in the browser" }),
  },
  examples: [
    "striate serve",
    "striate serve cat_vs_dog.h5 --photo rocky.jpg --open",
    "striate serve striate-census",
    "striate serve pets.h5.training",
  ],
  async run([file], { photo, port, open }, io) {
    const named = file as string | undefined;
    // Its page is that of a training that has just ended: there is nothing to stop.
    const training =
      named !== undefined && isKeptTraining(named)
        ? { feed: await readKeptTraining(named), stop: () => undefined }
        : undefined;
    const isRun = named !== undefined && training === undefined && holdsResults(named);
    const page = await servePage({
      ...(training ? { training } : { [isRun ? "results" : "model"]: named }),
      photo: photo ?? undefined,
      port,
    });
    io.text(`${page.address}\nfor this machine alone; Ctrl+C ends it`);
    if (isRun && page.photos === 0)
      io.err("the photos of these results are not here; open their folder or zip in the page");
    if (open) openInBrowser(page.address);
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    });
    await page.close();
  },
});

/** Leaves it to the system; where that cannot, the address was printed. */
function openInBrowser(address: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open"]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", ""]
        : ["xdg-open"];
  const child = spawn(command!, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
