import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Model } from "../api/model.ts";
import { describeNetwork } from "../api/report/describe-network.ts";
import { predictionsOf } from "../api/report/predictions.ts";
import type { AnySeen } from "../api/report/figures-of.ts";
import { ReportBuilder } from "../api/report/report-builder.ts";
import { toHtml } from "../api/report/to-html.ts";
import type { Fields } from "../base/fields.ts";
import { formatBytes } from "../base/text-table.ts";
import type { Prediction } from "../model/head/prediction.ts";
import { refuseForeign } from "../node/files/may-replace.ts";
import { writeFileAtomic } from "../node/files/write-files.ts";
import type { ReportFact, ReportLooks } from "../report/report.ts";
import type { Given } from "../views/run-view.ts";

/** Whether what is written is one page: `--out dog.html`. */
export const isPageName = (out: string): boolean => /\.html?$/i.test(out);

/** The one HTML file that a command writes, instead of a folder of pictures or beside it. */
export class PageFile {
  readonly path: string;
  readonly #model: Model;
  readonly #builder: ReportBuilder;

  private constructor(path: string, model: Model) {
    this.path = path;
    this.#model = model;
    this.#builder = new ReportBuilder(describeNetwork(model.network));
  }

  /** @throws StriateError before anything is computed, where the file is another's */
  static async at(path: string, model: Model, { force }: { force: boolean }): Promise<PageFile> {
    if (!force) await refuseForeign([{ path, bytes: "" }]);
    return new PageFile(path, model);
  }

  /** @param predictions where they are known already; else the network is asked */
  async add(
    seen: AnySeen,
    shows: Given<Fields>,
    predictions?: readonly (Prediction | undefined)[],
  ): Promise<void> {
    const known = predictions ?? (this.#builder.knows(seen.subject) ? [] : undefined);
    const told = known ?? (await predictionsOf(this.#model.running, seen.subject));
    await this.#builder.add(seen, told, shows);
  }

  /**
   * Writes the page.
   *
   * @param sources the files that were read, whose hashes it names
   * @returns how large it is, in words
   */
  async finish(sources: readonly string[], looks: ReportLooks = {}): Promise<string> {
    const hashes = await Promise.all(sources.map(hashOf));
    const engine = {
      name: "engine",
      value: await this.#model.running.runtime.engine(),
      code: true,
    };
    const html = await toHtml(this.#builder.build([engine, ...hashes.flat()], looks));
    await writeFileAtomic(this.path, html);
    return formatBytes(Buffer.byteLength(html));
  }
}

/** A file with its SHA-256; a folder has none, and what is gone by now is left out. */
async function hashOf(path: string): Promise<ReportFact[]> {
  const entry = await stat(path).catch(() => undefined);
  if (!entry?.isFile()) return [];
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return [{ name: basename(path), value: `SHA-256 ${hash.digest("hex")}`, code: true }];
}
