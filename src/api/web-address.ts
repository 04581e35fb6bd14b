import { StriateError } from "../base/errors.ts";

const isUrl = (path: string): boolean => /^https?:\/\//i.test(path);

/** @throws StriateError when it is no `http` or `https` address */
export function parseAddress(address: string): URL {
  if (!isUrl(address) || !URL.canParse(address))
    throw new StriateError(`${shownAddress(address)}: is no http or https address`);
  return new URL(address);
}

/** An address as it may be printed: what lets somebody in stays out of sight. */
export function shownAddress(address: string | URL): string {
  const text = String(address);
  return text
    .replace(/^([a-z]+:\/\/)[^/?#@]*@/i, "$1…@")
    .replace(/\?[^#]+/, "?…")
    .replace(/#.*$/, "");
}
