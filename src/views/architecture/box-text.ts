import { withThousands } from "../../base/text-table.ts";
import type { ArchitectureBox } from "./boxes.ts";

export const titleStyle = { size: 13, weight: "bold" } as const;
export const lineStyle = { size: 11 } as const;
export const nameStyle = { size: 11, weight: "bold" } as const;
/** Pixels between a box's edge and its text. */
export const inset = 12;
export const boxHeight = 62;

/** The name within its frame, which has the rest of the address. */
export function nameOf({ id, frame, layers }: ArchitectureBox): string {
  const own = frame === undefined ? id : id.slice(frame.length + 1);
  return layers.length > 1 ? `${own} … ${lastName(layers.at(-1)!.address)}` : own;
}

const lastName = (address: string): string => address.slice(address.lastIndexOf("/") + 1);

export function parameterWords({ parameters }: ArchitectureBox): string {
  return parameters > 0 ? `${withThousands(parameters)} params` : "";
}
