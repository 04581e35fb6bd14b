/** A file that the user gave, with its path in the folder that was given. */
export interface GivenFile {
  readonly file: File;
  readonly path: string;
}

/** The files that were chosen, with their paths. */
export const givenFiles = (files: Iterable<File>): GivenFile[] =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/** The files of a drop or a paste, those of folders with their paths. */
export async function droppedFiles(data: DataTransfer): Promise<GivenFile[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (!entries.some((entry) => entry.isDirectory)) return givenFiles(data.files);
  const found: GivenFile[] = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}

/** The most files that are taken of a folder: a data set may have many. */
const mostFiles = 50_000;

async function collect(entry: FileSystemEntry, found: GivenFile[]): Promise<void> {
  if (found.length >= mostFiles) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ file, path: entry.fullPath.replace(/^\//, "") });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return;
    for (const each of batch) await collect(each, found);
  }
}

/** Whether a file is what `striate census` or `striate embed` says of a data set. */
export const isResult = ({ path }: GivenFile): boolean => /(^|\/)(census|embed)\.json$/.test(path);

/** Whether a file is what `striate train --watch` keeps of a training. */
export const isKeptTraining = ({ path }: GivenFile): boolean => /\.training$/i.test(path);

/** Whether a file is a photo in a folder, as those of a data set are. */
export const isInFolder = (given: GivenFile): boolean => given.path.includes("/") && isPhoto(given);

/** Whether files are one photo, by their type or name. */
export const isPhoto = ({ file }: GivenFile): boolean =>
  file.type.startsWith("image/") ||
  /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|hei[cf]|ico|p[pgn]m)$/i.test(file.name);

/** In how many folders the photos of a data set lie, one for each class; undefined where they lie in none. */
export function folderCount(files: readonly GivenFile[]): number | undefined {
  const folders = files.filter(isInFolder).map(({ path }) => path.replace(/\/[^/]*$/, ""));
  return new Set(folders).size || undefined;
}
