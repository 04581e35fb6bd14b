/** Defines `<striate-maps model="…" photo="…" layer="…">`; see docs/element.md. */
export class StriateMaps extends HTMLElement {
  static readonly observedAttributes: readonly string[];
}

/** `event.detail` of `point`: the value under the pointer, null where there is none. */
export interface PointedValue {
  readonly layer: string;
  readonly channel: number;
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

declare global {
  interface HTMLElementTagNameMap {
    "striate-maps": StriateMaps;
  }
}
