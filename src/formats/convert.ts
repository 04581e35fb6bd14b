import type { OpenedModel, WrittenFile } from "./format.ts";

/** Writes a model in the format that the ending of `name` stands for. In the making. */
export type ConvertModel = (model: OpenedModel, name: string) => Promise<WrittenFile[]>;
