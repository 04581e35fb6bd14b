/** One value of network A and the one of network B that plays the same part. In the making. */
export interface LayerPair {
  a: string;
  b: string;
  /** 1 where both point the same way. */
  cosine: number;
  /** Largest absolute difference. */
  largest: number;
}
