// striate verify: in the making.
export {};
