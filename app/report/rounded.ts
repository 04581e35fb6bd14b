/** A number with the decimals that it is known to: `0.41` of a step of 0.008. */
export function roundedTo(value: number, step: number): string {
  const decimals = step > 0 ? Math.floor(-Math.log10(step)) : 6;
  if (decimals > 8 || decimals < -4) return value.toExponential(2).replaceAll("-", "−");
  const factor = 10 ** Math.max(0, -decimals);
  const text = (Math.round(value / factor) * factor || 0).toFixed(0);
  const shown = decimals > 0 ? value.toFixed(decimals) : text;
  return shown.replace(/^-(?=0\.?0*$)/, "").replace("-", "−");
}
