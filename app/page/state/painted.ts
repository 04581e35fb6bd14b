/** When what was just set has been painted: the frame after the next one begins, or soon where none is shown. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    // A page in the background has no frames.
    setTimeout(resolve, 500);
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
