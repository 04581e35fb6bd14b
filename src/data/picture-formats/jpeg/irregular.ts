/** What the small JPEG decoder does not take: the caller hands the file to the large one. */
export class Irregular extends Error {
  override name = "Irregular";
}
