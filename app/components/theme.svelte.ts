export type ThemeName = "light" | "dark";

/** The theme of the page: what the reader chose, else what the system says. */
export class Theme {
  chosen = $state<ThemeName | undefined>();
  #system = $state<ThemeName>("light");

  constructor(first?: ThemeName) {
    this.chosen = first;
    const query = matchMedia("(prefers-color-scheme: dark)");
    const listen = () => (this.#system = query.matches ? "dark" : "light");
    listen();
    query.addEventListener("change", listen);
  }

  get name(): ThemeName {
    return this.chosen ?? this.#system;
  }

  toggle(): void {
    this.chosen = this.name === "dark" ? "light" : "dark";
  }
}
