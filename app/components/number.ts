/** A number in a few digits, as people read it: `0.0123`, `12.3`, `1.2e-7`. */
export function shortNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-4 ? value.toExponential(digits - 1) : plain(value, size, digits);
  return text.replace("-", "−");
}

const plain = (value: number, size: number, digits: number): string =>
  size >= 10 ** digits ? value.toFixed(0) : String(Number(value.toPrecision(digits)));

/** `97.3 %` */
export const percent = (share: number): string =>
  `${(100 * share).toFixed(share > 0.0995 && share < 0.9995 ? 1 : 2)} %`;
