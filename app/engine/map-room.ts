import { type Network, StriateError } from "striate";

/** Bytes of maps that are looked at at once: they are held twice for a moment, and a page has a few gigabytes. */
export const roomForMaps = 1.5e9;

/** Bytes of what a layer makes of a photo; 0 where that is known only once it has made it. */
export function mapBytes({ layers }: Network, address: string): number {
  const shape = layers.find((layer) => layer.address === address)?.outputs[0]?.shape.slice(1) ?? [];
  return shape.reduce<number>((all, length) => all * (Number(length) || 0), 4);
}

/** @throws StriateError where the maps are more than a page can hold */
export function checkRoom(bytes: number, layers: readonly string[]): void {
  if (bytes <= roomForMaps) return;
  const what =
    layers.length === 1 ? `the maps of ${layers[0]}` : `the maps of these layers together`;
  throw new StriateError(
    `${what} take ${(bytes / 1e9).toFixed(1)} GB, and the page holds ${roomForMaps / 1e9} GB at once: show ${layers.length === 1 ? "other layers" : "fewer"}, or let striate see write them`,
  );
}
