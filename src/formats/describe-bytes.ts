/**
 * What a file is that is no model, in words and with advice, judged by its first bytes; undefined
 * where they tell nothing.
 */
export function describeBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "is empty; download or copy it again";
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  if (text.startsWith("\x89HDF\r\n\x1a\n", 512))
    return "is an HDF5 file behind a user block, which is not read; h5repack or h5unjam takes it off";
  const head = text.slice(0, 512);
  const found = signs.find(({ sign }) => sign.test(head));
  if (found) return found.words;
  if (/^[\t\n\r\x20-\x7e]+$/.test(head.slice(0, 256))) return "is a text file, not a model";
  return undefined;
}

const signs: readonly { sign: RegExp; words: string }[] = [
  {
    sign: /^version https:\/\/git-lfs/,
    words: "is a Git LFS pointer, not the model itself; fetch it with git lfs pull",
  },
  {
    sign: /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?<(!doctype html|html|head)/i,
    words: "is a web page, not a model; download the file itself (the raw link)",
  },
  { sign: /^\s*<\?xml/, words: "is an XML file, not a model" },
  { sign: /^\x1f\x8b/, words: "is compressed by gzip; unpack it first" },
  { sign: /^BZh|^\xfd7zXZ|^7z\xbc\xaf|^Rar!/, words: "is an archive; unpack it first" },
  { sign: /^\x89PNG|^\xff\xd8\xff|^GIF8|^RIFF....WEBP|^BM/s, words: "is a picture, not a model" },
  { sign: /^%PDF/, words: "is a PDF, not a model" },
  {
    sign: /^\x80[\x02-\x05]/,
    words:
      "is a Python pickle (PyTorch or Keras), which is a program and never run; export it as ONNX",
  },
  { sign: /^\x93NUMPY/, words: "is a NumPy array, not a model" },
];
