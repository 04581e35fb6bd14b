/** What a worker says before it ends: a page is not told by itself when one has. */
export const lastWord = "ended";
