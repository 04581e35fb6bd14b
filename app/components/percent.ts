/** `97.3 %` */
export const percent = (share: number): string =>
  `${(100 * share).toFixed(share > 0.0995 && share < 0.9995 ? 1 : 2)} %`;
