import type { Random } from "../../src/base/random.ts";

/** A copy of a JSON value with one to three faults: keys, values and items changed. */
export function mutateJson(value: unknown, random: Random): unknown {
  const root = { value: structuredClone(value) };
  for (let faults = 1 + random.integer(3); faults > 0; faults--) {
    const places = placesOf(root);
    const place = places[random.integer(places.length)];
    if (place) change(place.holder, place.key, random);
  }
  return root.value;
}

type Holder = Record<string | number, unknown>;

/** Every place where a value stands. */
function placesOf(value: unknown, found: { holder: Holder; key: string | number }[] = []) {
  if (typeof value !== "object" || value === null) return found;
  const holder = value as Holder;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    found.push({ holder, key });
    placesOf(holder[key], found);
  }
  return found;
}

function change(holder: Holder, key: string | number, random: Random): void {
  const value = holder[key];
  switch (random.integer(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
      break;
    case 1:
      // Another key, a hostile one now and then.
      if (Array.isArray(holder)) holder.push(value);
      else {
        Reflect.deleteProperty(holder, key);
        holder[random.integer(4) === 0 ? "constructor" : `${key}_`] = value;
      }
      break;
    case 2:
      if (typeof value === "number") holder[key] = -value - 1;
      else if (typeof value === "string") holder[key] = value.slice(1) + value.slice(0, 1);
      else holder[key] = [value];
      break;
    default:
      holder[key] = strange(random);
  }
}

function strange(random: Random): unknown {
  const values: readonly unknown[] = [
    null,
    true,
    -1,
    0,
    0.5,
    1e12,
    2 ** 53,
    -(2 ** 31),
    "",
    "../../../etc/hostname",
    "__proto__",
    "x".repeat(5000),
    [],
    [[]],
    {},
    [1e6, 1e6, 1e6],
    { class_name: "__tuple__", items: [1, 2] },
    nested(200),
  ];
  return structuredClone(values[random.integer(values.length)]);
}

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};
