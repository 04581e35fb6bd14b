import { StriateError } from "../base/errors.ts";
import type { Field } from "../base/fields.ts";
import type { Network } from "../model/network.ts";

/** Another network that the caller gives: on the command line a model file. */
export function networkField(help: string): Field<Network | null> & { readonly required: false } {
  return {
    kind: "network",
    required: false,
    fallback: null,
    help,
    parse(value) {
      if (value === null || isNetwork(value)) return value;
      throw new StriateError("expected a network, as model.network is one");
    },
  };
}

const isNetwork = (value: unknown): value is Network =>
  typeof value === "object" && value !== null && "graph" in value && "layers" in value;
