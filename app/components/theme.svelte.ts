export type ThemeName = "light" | "dark";

const key = "striate-theme";

/** What this browser's user chose the last time. */
export function savedTheme(): ThemeName | undefined {
  const saved = localStorage.getItem(key);
  return saved === "light" || saved === "dark" ? saved : undefined;
}

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

/** Keeps the choice for the next time. */
export function saveTheme(name: ThemeName): void {
  localStorage.setItem(key, name);
}
