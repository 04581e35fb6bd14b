/**
 * Whether threads may share memory here: a page must be isolated (COOP/COEP headers), and there are browsers that keep
 * shared memory from workers of an isolated page, too (WebKitGTK 2.50).
 */
export const canShareMemory = (): boolean =>
  typeof SharedArrayBuffer !== "undefined" &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
