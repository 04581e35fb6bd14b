import { field } from "../../base/fields.ts";
import { parseScale } from "../../data/pictures/scale.ts";
import { targets } from "../../formats/check-ending.ts";
import { convertFile } from "../../api/convert-file.ts";
import { readLabels } from "../../api/read-labels.ts";
import { refuseForeign } from "../../node/files/may-replace.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { defineCommand } from "../command.ts";
import { forceField, modelFields, readOptions } from "../options.ts";

export const convert = defineCommand({
  name: "convert",
  group: "files",
  summary: "Write a model as another kind of file",
  arguments: [
    { name: "<in>", help: "a model file of any kind" },
    { name: "<out>", help: `the new file: ${targets.join(", ")}; a folder for TF.js` },
  ],
  fields: {
    labels: field.nullable(
      field.string(undefined, { help: "names of the classes, to be kept in the new file" }),
    ),
    scale: field.nullable(
      field.string(undefined, { help: "how photos are scaled, to be kept in the new file" }),
    ),
    check: field.boolean(true, { help: "do not read the new file again to compare its outputs" }),
    force: forceField,
    json: field.boolean(false, { help: "print data instead of words" }),
    ...modelFields,
  },
  examples: [
    "striate convert cat_vs_dog.h5 cat_vs_dog.onnx --labels cat,dog",
    "striate convert model.keras web/",
  ],
  async run([from, to], options, io) {
    if (options.scale) parseScale(options.scale);
    const result = await convertFile(from as string, to as string, {
      ...(await readOptions(options)),
      ...(options.labels ? { labels: await readLabels(options.labels) } : {}),
      ...(options.scale ? { scale: options.scale } : {}),
      check: options.check,
      ...(options.force ? {} : { mayWrite: refuseForeign }),
    });
    if (options.json) {
      io.text(JSON.stringify(result, null, 2));
      return;
    }
    const { files, lost, difference } = result;
    io.out(`wrote ${files.join(", ")}`);
    if (lost.length > 0) io.out(`not in it: ${lost.join("; ")}`);
    if (difference !== null)
      io.out(
        difference === 0
          ? "read again, its outputs on noise are the same to the bit"
          : `read again, its outputs on noise agree within ${formatNumber(difference, 2)} of their size`,
      );
  },
});
