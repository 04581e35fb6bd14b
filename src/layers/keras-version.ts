/** Major version of the Keras whose meaning of words a file follows. */
export type KerasVersion = 1 | 2 | 3;
