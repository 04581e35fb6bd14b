import type { MapBox, NetworkMap } from "striate";

type Walk = Pick<NetworkMap, "boxes">;

const middle = ({ x, width }: MapBox): number => x + width / 2;

/** Where an arrow key leads from a box: to the nearest one in its direction. */
export function nextBox({ boxes }: Walk, from: MapBox, key: string): MapBox | undefined {
  const isUpright = key === "ArrowDown" || key === "ArrowUp";
  const sign = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
  let best: MapBox | undefined;
  let least = Infinity;
  for (const box of boxes) {
    const down = box.y - from.y;
    const across = middle(box) - middle(from);
    const ahead = sign * (isUpright ? down : across);
    // Sideways leads to what stands beside it only.
    if (ahead <= 1 || (!isUpright && Math.abs(down) > from.height)) continue;
    const distance = ahead + (isUpright ? 2 * Math.abs(across) : Math.abs(down));
    if (distance < least) [best, least] = [box, distance];
  }
  return best;
}

/** The boxes that hold a layer whose address or kind has all the words. */
export function foundBoxes({ boxes }: Walk, search: string): readonly MapBox[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return boxes.filter(({ layers, title, id }) => {
    const text = `${id} ${layers.join(" ")} ${title}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The nested models of some layers that stand in no other, by their addresses. */
export function outerModels(addresses: readonly string[]): readonly string[] {
  const own = new Set(addresses);
  const found = new Set<string>();
  for (const address of addresses)
    for (let end = address.indexOf("/"); end > 0; end = address.indexOf("/", end + 1)) {
      const outer = address.slice(0, end);
      if (!own.has(outer)) continue;
      found.add(outer);
      break;
    }
  return [...found];
}
