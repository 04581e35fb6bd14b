import { Theme, savedTheme } from "../../components/theme.svelte.ts";
import type { Unit } from "../../components/unit.ts";
import type { Address } from "./address.ts";
import { Attempts } from "./attempts.svelte.ts";
import { type PanelName, type Tab, usualPanel } from "./tabs.ts";

/** How what is open is looked at: all that a link says besides what is open. */
export class Looks extends Attempts {
  tab = $state<Tab>("see");
  view = $state("grad-cam");
  target = $state("predicted");
  scale = $state<"map" | "layer" | "network">("map");
  colormap = $state("auto");
  sort = $state("order");
  /** Which maps are shown. */
  filter = $state("all");
  /** How all layers are listed. */
  panel = $state<PanelName>("none");
  /** The map that was chosen, and the value in it. */
  unit = $state.raw<Unit>();
  readonly themed = new Theme(savedTheme());

  get theme() {
    return this.themed.name;
  }

  /** Takes the looks that an address says. @param layers of the network that is open */
  protected takeLooks(address: Address, layers: number): void {
    this.tab = address.tab ?? "see";
    this.view = address.view ?? this.view;
    this.target = address.target ?? "predicted";
    this.scale = address.scale ?? "map";
    this.colormap = address.colormap ?? "auto";
    this.sort = address.sort ?? "order";
    this.filter = address.filter ?? "all";
    this.panel = address.panel ?? usualPanel(layers);
    this.unit = address.unit;
  }

  /** The looks as an address says them. @param layers of the network that is open */
  protected looksOf(layers: number): Address {
    const { tab, view, target, scale, colormap, sort, filter, unit, panel } = this;
    return {
      ...{ tab, scale, colormap, sort, filter, unit },
      ...(panel !== usualPanel(layers) && { panel }),
      ...(tab === "why" && { view, target }),
    };
  }
}
