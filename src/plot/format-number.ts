/**
 * A number for a label: `digits` significant digits without trailing zeros, a true minus sign, powers
 * of ten only where the plain form would be long; words for what is no number.
 */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "Inf";
  if (value === -Infinity) return "−Inf";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  const rounded = Number(size.toPrecision(digits));
  if (rounded >= 1e-3 && rounded < 1e5) return sign + String(rounded);
  const [mantissa, exponent] = rounded.toExponential().split("e") as [string, string];
  return `${sign}${mantissa}e${exponent.replace("+", "").replace("-", "−")}`;
}

/** Numbers of a line of text with the hyphen that every other program prints and reads for a minus. */
export const plainMinus = (line: string): string => line.replace(/−(?=[\d.]|Inf)/g, "-");
