import { inflateSync } from "node:zlib";
import { decode } from "fast-png";
import { expect, test } from "vitest";
import type { Picture } from "../plot/picture.ts";
import { raster } from "../plot/raster.ts";
import { rasterize } from "../plot/rasterize.ts";
import { preview, previewKind } from "./preview.ts";

const picture: Picture = {
  width: 40,
  height: 30,
  background: "#ffffff",
  body: { x: 10, y: 10, width: 20, height: 10 },
  marks: [
    { kind: "text", x: 2, y: 8, text: "title", size: 8, fill: "#000000" },
    { kind: "rect", x: 10, y: 10, width: 8, height: 10, fill: "#ff0000" },
    { kind: "rect", x: 22, y: 10, width: 8, height: 10, fill: "#ffffff" },
  ],
};
const on = (env: Record<string, string>, columns = 80, isTty = true) =>
  preview(picture, { terminal: { isTty, columns }, env });

test.each([
  [{ KITTY_WINDOW_ID: "1", TERM: "xterm-kitty" }, "kitty"],
  [{ TERM: "xterm-kitty" }, "kitty"],
  [{ TERM: "xterm-ghostty" }, "kitty"],
  [{ TERM_PROGRAM: "iTerm.app" }, "iterm"],
  [{ LC_TERMINAL: "iTerm2", TERM: "xterm-256color" }, "iterm"],
  [{ TERM_PROGRAM: "WezTerm" }, "iterm"],
  [{ TERM: "xterm-256color" }, "blocks"],
  [{ KITTY_WINDOW_ID: "1", TERM: "tmux-256color", TMUX: "/tmp/tmux" }, "blocks"],
  [{}, "blocks"],
  [{ TERM: "dumb" }, "none"],
  [{ NO_COLOR: "1", TERM: "xterm-kitty" }, "none"],
] as const)("%o: %s", (env, kind) => {
  expect(previewKind(true, env)).toBe(kind);
  expect(previewKind(false, env)).toBe("none");
});

test("nothing goes into a pipe", () => {
  expect(on({ TERM: "xterm-kitty" }, 80, false)).toBeUndefined();
  expect(on({ COLORTERM: "truecolor" }, 80, false)).toBeUndefined();
});

test("kitty gets the very pixels, in pieces of at most 4096 characters", () => {
  const noise = raster(
    90,
    90,
    3,
    Uint8Array.from({ length: 24300 }, (_, i) => (i * i * 31) >> 3),
  );
  for (const image of [picture, noise]) {
    const text = preview(image, { terminal: { isTty: true, columns: 80 }, env: { TERM: "xterm-kitty" } })!; // prettier-ignore
    const pieces = [...text.matchAll(/\u001b_G([^;]*);([^\u001b]*)\u001b\\/g)];
    expect(pieces.map(([all]) => all).join("")).toBe(text);
    pieces.forEach(([, keys, piece], i) => {
      expect(piece!.length).toBeLessThanOrEqual(4096);
      expect(keys).toContain(i === pieces.length - 1 ? "m=0" : "m=1");
    });
    const pixels = "data" in image ? image : rasterize(image);
    expect(pieces[0]![1]).toContain(`a=T,q=2,f=24,o=z,s=${pixels.width},v=${pixels.height},`);
    const bytes = inflateSync(Buffer.from(pieces.map(([, , piece]) => piece).join(""), "base64"));
    expect(Buffer.compare(bytes, pixels.data)).toBe(0);
  }
});

test("iTerm2 gets a PNG file; a picture wider than the terminal is shrunk to it", () => {
  const text = on({ TERM_PROGRAM: "iTerm.app" })!;
  const [, keys, file] = /^\u001b\]1337;File=([^:]*):([^\u0007]*)\u0007$/.exec(text)!;
  expect(keys).toContain("inline=1");
  expect(keys).toContain("width=auto");
  expect([...decode(Buffer.from(file!, "base64")).data]).toEqual([...rasterize(picture).data]);
  expect(on({ TERM_PROGRAM: "iTerm.app" }, 4)).toContain("width=100%");
  expect(on({ TERM: "xterm-kitty" }, 4)).toContain(",c=4,");
});

test("half blocks show the drawing alone; its paper stays clear, white that is drawn does not", () => {
  const lines = on({ COLORTERM: "truecolor" })!.split("\n");
  expect(lines).toHaveLength(5);
  const red = "\u001b[38;2;255;0;0m\u001b[48;2;255;0;0m";
  const white = "\u001b[38;2;255;255;255m\u001b[48;2;255;255;255m";
  for (const line of lines)
    expect(line).toBe(`${red}${"▀".repeat(8)}\u001b[0m    ${white}${"▀".repeat(8)}\u001b[0m`);
});

test("half blocks shrink to the terminal, and an odd last row is half a line", () => {
  const lines = on({ COLORTERM: "truecolor" }, 10)!.split("\n");
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line.replace(/\u001b\[[0-9;]*m/g, "")).toHaveLength(10);
  expect(lines[2]).toContain("\u001b[38;2;255;0;0m▀");
  expect(lines[2]).not.toContain("[48;");
});

test("a terminal of 256 colours gets the nearest of them", () => {
  const image = raster(4, 2, 3, Uint8Array.from([255, 0, 0, 9, 8, 7, 128, 128, 128, 95, 135, 215, 255, 0, 0, 9, 8, 7, 128, 128, 128, 95, 135, 215])); // prettier-ignore
  const text = preview(image, { terminal: { isTty: true, columns: 80 }, env: { TERM: "xterm-256color" } }); // prettier-ignore
  const inks = [...text!.matchAll(/\u001b\[38;5;(\d+)m/g)].map(([, code]) => Number(code));
  expect(inks).toEqual([196, 232, 244, 68]);
});
