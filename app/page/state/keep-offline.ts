let isTouched = false;

/** From now on the page holds what a loading would lose. */
export const keepAsItIs = (): void => void (isTouched = true);

/**
 * A service worker keeps the page for when there is no network, and gives it the headers with which threads
 * are allowed, where the host gives none (GitHub Pages). A page of `striate serve` has both already.
 */
export function keepOffline(): void {
  if (!("serviceWorker" in navigator) || servedHere()) return;
  // What is typed or chosen would be lost as well.
  addEventListener("input", keepAsItIs, { capture: true, once: true });
  navigator.serviceWorker.register("sw.js").then(
    async () => {
      await navigator.serviceWorker.ready;
      // Its headers count from the next time that the page is loaded; once is enough, and not where work is lost.
      if (crossOriginIsolated || isTouched || sessionStorage.getItem("striate-isolated")) return;
      sessionStorage.setItem("striate-isolated", "tried");
      location.reload();
    },
    () => undefined,
  );
}

/** Whether `striate serve` gave this page out. */
export const servedHere = (): boolean =>
  document.querySelector('meta[name="striate-server"]') !== null;
