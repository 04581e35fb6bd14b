// striate convert: in the making.
export {};
