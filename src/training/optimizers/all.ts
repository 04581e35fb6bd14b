// Every optimizer that striate knows. A new one is one more line here.
export { adagrad } from "./adagrad.ts";
export { adam } from "./adam.ts";
export { adamax } from "./adamax.ts";
export { adamw } from "./adam.ts";
export { lion } from "./lion.ts";
export { nadam } from "./nadam.ts";
export { rmsprop } from "./rmsprop.ts";
export { sgd } from "./sgd.ts";
