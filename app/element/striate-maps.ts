import tokens from "../components/tokens.css?raw";
import { StriateError } from "striate";
import { mount, unmount } from "svelte";
import Maps, { type PointedValue } from "./Maps.svelte";
import { type ElementScale, MapsState } from "./maps-state.svelte.ts";
import { type Sees, someoneWhoSees } from "./seen-elsewhere.ts";

/**
 * The maps of a network's layers for one photo, in any page:
 *
 *     <striate-maps model="cat_vs_dog.h5" photo="dog.jpg" layer="conv2d_1"></striate-maps>
 *
 * Attributes: `model` and `photo` (addresses), `layer` (an address, a glob, a list, `conv`; by default `conv`),
 * `scale` (`map`, `layer`, `symmetric`), `colormap`, `size` (pixels of a map). Another value shows anew.
 *
 * Events: `load` when it is shown, with the prediction; `point` with the value that is pointed at; `error` with
 * the sentence that stands in the element.
 */
export class StriateMaps extends HTMLElement {
  static readonly observedAttributes = ["model", "photo", "layer", "scale", "colormap", "size"];
  readonly #view = new MapsState();
  #mounted: Record<string, unknown> | undefined;
  #seer: Promise<Sees> | undefined;
  /** What was asked for last: an answer to something else comes too late. */
  #asked = 0;
  #waits = false;

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.innerHTML = "";
    const style = document.createElement("style");
    style.textContent = `:host{display:block}\n${hostTokens}`;
    root.append(style);
    const onpoint = (value: PointedValue | undefined) => this.#tell("point", value ?? null);
    this.#mounted = mount(Maps, { target: root, props: { view: this.#view, onpoint } });
    this.#seeSoon();
  }

  disconnectedCallback(): void {
    this.#asked++;
    if (this.#mounted) void unmount(this.#mounted);
    this.#letGo();
  }

  attributeChangedCallback(name: string): void {
    const value = this.getAttribute(name);
    if (name === "scale") this.#view.scale = (value as ElementScale | null) ?? "map";
    else if (name === "colormap") this.#view.colormap = value ?? undefined;
    else if (name === "size") this.#view.size = Number(value) || 96;
    else this.#seeSoon();
  }

  /** Several attributes that change together are one question. */
  #seeSoon(): void {
    if (this.#waits) return;
    this.#waits = true;
    queueMicrotask(() => {
      this.#waits = false;
      if (this.isConnected) void this.#see();
    });
  }

  async #see(): Promise<void> {
    const asked = ++this.#asked;
    const [model, photo] = [this.getAttribute("model"), this.getAttribute("photo")];
    const view = this.#view;
    view.fault = "";
    if (!model || !photo) {
      view.shown = undefined;
      return;
    }
    try {
      view.doing = "starting the engine";
      const seer = await (this.#seer ??= someoneWhoSees());
      const shown = await seer.see(
        {
          model: absolute(model),
          photo: absolute(photo),
          layers: this.getAttribute("layer") ?? "conv",
        },
        (doing) => {
          if (asked === this.#asked) view.doing = doing;
        },
      );
      if (asked !== this.#asked) return;
      view.shown = shown;
      view.doing = "";
      this.#tell("load", { prediction: shown.prediction ?? null });
    } catch (error) {
      if (asked !== this.#asked) return;
      view.doing = "";
      view.shown = undefined;
      view.fault = error instanceof Error ? error.message : String(error);
      this.#tell("error", { message: view.fault });
      // A fault of ours is for the console, too.
      if (!(error instanceof StriateError)) console.error(error);
    }
  }

  #letGo(): void {
    void this.#seer?.then((seer) => seer.close());
    this.#seer = undefined;
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The colours of pages, within the element: dark where the system is, or the element says `data-theme`. */
const hostTokens = (() => {
  const host = tokens
    .replaceAll(/:root\[data-theme="(\w+)"\]/g, ':host([data-theme="$1"])')
    .replaceAll(":root", ":host");
  const dark = /:host\(\[data-theme="dark"\]\)\s*(\{[^}]*\})/.exec(host)?.[1] ?? "{}";
  return `${host}\n@media (prefers-color-scheme: dark){:host(:not([data-theme="light"]))${dark}}`;
})();

const absolute = (address: string): string => new URL(address, document.baseURI).href;

if (!customElements.get("striate-maps")) customElements.define("striate-maps", StriateMaps);
