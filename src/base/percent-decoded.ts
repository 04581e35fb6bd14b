/** What an address says with its `%20` and the like written out; where one of them is none, as it stands. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
