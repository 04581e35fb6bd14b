import { expect, it } from "vitest";
import { printable, printableLines } from "./printable.ts";
import { textTable } from "./text-table.ts";

it("shows what would command a terminal", () => {
  expect(printable("a\x1b]0;title\x07\r\n\u009b31m\u202eb\u2066c\u2028d\x7f")).toBe(
    "a\\x1b]0;title\\x07\\x0d\\x0a\\u009b31m\\u202eb\\u2066c\\u2028d\\u007f",
  );
  expect(printable("Katze 猫 🐈 é")).toBe("Katze 猫 🐈 é");
  expect(printable("half \ud83d of one")).toBe("half \\ud83d of one");
});

it("leaves lines that are meant, and JSON the data that it was", () => {
  expect(printableLines("a\nb\x1b")).toBe("a\nb\\x1b");
  const data = { name: "a\x1b\u009b\u202e\x7f\n" };
  expect(JSON.parse(printableLines(JSON.stringify(data, null, 2)))).toEqual(data);
});

it("a name never ends a line of a table, and a table fits its width", () => {
  const columns = [{ title: "layer" }, { title: "n", right: true }];
  expect(textTable(columns, [["a\nb\x1b[2J", "1"]]).split("\n")).toHaveLength(3);
  const rows = [["a_very_long_name_of_a_layer/in_a_model", "12345"]];
  const lines = textTable(columns, rows, 24).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(24);
  expect(lines[2]).toBe("a_very_l…_a_model  12345");
});
