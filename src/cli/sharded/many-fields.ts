import { field } from "../../base/fields.ts";

/** Flags that share work out to several processes or machines. */
export const manyFields = {
  workers: field.nullable(
    field.int(undefined, { min: 1, max: 256, help: "processes on this machine; one a core" }),
  ),
  queue: field.nullable(
    field.string(undefined, {
      placeholder: "url",
      help: "a Redis server, redis://host:6379, whose workers (striate work) compute the shards",
    }),
  ),
  shard: field.nullable(
    field.string(undefined, {
      placeholder: "i/n",
      help: "compute one of several shares only, as 3/16, and merge nothing",
    }),
  ),
};
