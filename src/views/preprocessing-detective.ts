/** One way of preparing a photo, and what speaks for it. In the making. */
export interface PreprocessingGuess {
  /** In the words of `--scale`. */
  scale: string;
  /** How far the input of the first batch normalisation lies from its stored statistics; 0 fits. */
  misfit: number | null;
  /** Of the output, in bits; null where it is no list of probabilities. */
  entropy: number | null;
}
