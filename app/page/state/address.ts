import type { Unit } from "../../components/unit.ts";
import { filters, sorts } from "./map-order.ts";
import { packagedPhotos } from "./packaged.ts";
import type { Tab } from "./tabs.ts";

/** What stands in the address of the page behind `#`; what is as it comes is left out. */
export interface Address {
  readonly model?: string | undefined;
  readonly photo?: string | undefined;
  readonly layers?: readonly string[] | undefined;
  readonly unit?: Unit | undefined;
  readonly tab?: Tab;
  readonly view?: string;
  readonly target?: string;
  readonly scale?: "map" | "layer" | "network";
  readonly colormap?: string;
  readonly sort?: string;
  readonly filter?: string;
  /** How all layers are listed. */
  readonly panel?: "none" | "graph" | "list";
}

const usual = {
  tab: "see",
  scale: "map",
  colormap: "auto",
  target: "predicted",
  sort: "order",
  filter: "all",
} as const;

/** Reads an address; what it does not understand it leaves out. */
export function parseAddress(hash: string): Address {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const one = <T extends string>(key: string, of: readonly T[]): T | undefined =>
    of.find((each) => each === given.get(key));
  const text = (key: string) => given.get(key) || undefined;
  const model = text("model");
  const photo = /^https?:/.test(text("photo") ?? "") ? text("photo") : one("photo", packagedPhotos);
  const tab = one("tab", ["see", "why", "compare", "train", "data"]);
  const scale = one("scale", ["map", "layer", "network"]);
  const sort = one("sort", Object.keys(sorts));
  const filter = one("filter", Object.keys(filters));
  const panel = one("panel", ["none", "graph", "list"]);
  const unit = parseUnit(text("unit"));
  return {
    ...(model && (/^https?:/.test(model) ? { model } : {})),
    ...(photo && { photo }),
    ...(text("layers") && { layers: [...new Set(text("layers")!.split(","))] }),
    ...(unit && { unit }),
    ...(tab && { tab }),
    ...(scale && { scale }),
    ...(text("view") && { view: text("view")! }),
    ...(text("target") && { target: text("target")! }),
    ...(text("colormap") && { colormap: text("colormap")! }),
    ...(sort && { sort }),
    ...(filter && { filter }),
    ...(panel && { panel }),
  };
}

/** `conv2d_3@4,5[17]`, `conv2d_3[17]` */
function parseUnit(text: string | undefined): Unit | undefined {
  const found = /^(.+?)(?:@(\d+),(\d+))?\[(\d+)\]$/.exec(text ?? "");
  if (found === null) return undefined;
  const [, layer, y, x, channel] = found;
  const place = y === undefined ? {} : { y: Number(y), x: Number(x) };
  return { layer: layer!, channel: Number(channel), ...place };
}

/** A value as the address has it. */
export const formatUnit = ({ layer, channel, y, x }: Unit): string =>
  `${layer}${y === undefined ? "" : `@${y},${x}`}[${channel}]`;

/** The hash of a state, `#` and all; empty where all is as it comes. */
export function writeAddress(address: Address): string {
  const { layers, unit, ...rest } = address;
  const pairs = Object.entries({
    ...rest,
    layers: layers?.join(","),
    unit: unit && formatUnit(unit),
  }).filter(
    ([key, value]) => value !== undefined && value !== (usual as Record<string, unknown>)[key],
  ) as [string, string][];
  const text = pairs
    .map(
      ([key, value]) =>
        `${key}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%40", "@")}`,
    )
    .join("&");
  return text === "" ? "" : `#${text}`;
}
