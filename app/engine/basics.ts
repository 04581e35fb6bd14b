// Plain data that both what is seen and what is trained are made of.

/**
 * A file as the page has it, or as it was handed to the server before; the path is the one in the folder
 * that was chosen, else the name.
 */
export type SourceFile =
  | { readonly file: File; readonly path: string }
  | { readonly upload: string; readonly path: string };

export interface ClassScore {
  readonly label: string;
  readonly score: number;
}

/** What a network says of a photo. */
export interface Classified {
  readonly probabilities: boolean;
  readonly scores: readonly ClassScore[];
  /** Of classes in all; the best of them have scores. */
  readonly count: number;
}
