// striate diff: in the making.
export {};
