import type { CallOptions } from "../../engine/protocol.ts";
import type { GivenFile } from "./dropped-files.ts";
import { fetchFile } from "./fetch-file.ts";

/** Files that the command line named, with their paths in the folder that was named. */
interface Named {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** What the command line named, and whether a training runs behind the page. */
export interface ServedFiles {
  readonly isTraining?: boolean;
  readonly model?: Named;
  readonly photo?: Named;
  /** What `striate census` and `striate embed` wrote, and how many of its photos the server finds. */
  readonly results?: Named & { readonly photos: number };
}

/** A network of more bytes is too large for the memory of a page. */
const largestInPage = 200e6;

/** How the state of the page names what the command line named. */
export const namedAddress = (what: "model" | "photo"): string => `named:${what}`;

export async function servedFiles(): Promise<ServedFiles> {
  const response = await fetch("api/start");
  const said = (await response.json()) as ServedFiles & { message?: string };
  if (!response.ok) throw new Error(said.message ?? `the server says ${response.status}`);
  return said;
}

/** Whether the network is better computed where it lies: it is large, or has parts beside it. */
export function prefersServer({ model }: ServedFiles): boolean {
  if (model === undefined) return false;
  const bytes = model.files.reduce((sum, { size }) => sum + size, 0);
  return bytes > largestInPage || /\.(json|pb|onnx)$/i.test(model.name);
}

/** The files of what was named. */
export function namedFiles(
  what: "model" | "photo" | "results",
  { files }: Named,
  options: CallOptions & { signal: AbortSignal },
): Promise<GivenFile[]> {
  return Promise.all(
    files.map(async ({ path }, i) => {
      const fetched = await fetchFile(`api/named/${what}/${i}`, options);
      const name = path.replace(/^.*\//, "");
      return { file: new File([fetched], name, { type: fetched.type }), path };
    }),
  );
}
