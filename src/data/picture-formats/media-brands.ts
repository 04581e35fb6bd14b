/**
 * The brands of a file of the ISO base media format, which say what it is; none of another file.
 *
 * @param head its first bytes as Latin-1
 */
export function mediaBrands(head: string): string[] {
  if (head.slice(4, 8) !== "ftyp") return [];
  // The box's length first; in it the major brand, a version, then the compatible brands, four letters each.
  const length = 256 * head.charCodeAt(2) + head.charCodeAt(3);
  const end = length >= 16 ? length : undefined;
  return [head.slice(8, 12), ...(head.slice(16, end).match(/.{4}/gs) ?? [])].slice(0, 16);
}

/** Whether a file is an AVIF, a still picture or several, by its first bytes as Latin-1. */
export const isAvif = (head: string): boolean =>
  mediaBrands(head).some((brand) => ["avif", "avis"].includes(brand));
