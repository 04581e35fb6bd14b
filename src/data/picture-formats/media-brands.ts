/**
 * The brands of a file of the ISO base media format, which say what it is; none of another file.
 *
 * @param head its first bytes as Latin-1
 */
export function mediaBrands(head: string): string[] {
  if (head.slice(4, 8) !== "ftyp") return [];
  // Major brand, a version, then the compatible brands, four letters each.
  return [head.slice(8, 12), ...(head.slice(16).match(/.{4}/gs) ?? [])].slice(0, 16);
}

/** Whether a file is an AVIF, a still picture or several, by its first bytes as Latin-1. */
export const isAvif = (head: string): boolean =>
  mediaBrands(head).some((brand) => ["avif", "avis"].includes(brand));
