import { create as createByLibrary, fromBinary, toBinary } from "@bufbuild/protobuf";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as library from "../../../test/onnx_pb.ts";
import { create, isSet } from "./message.ts";
import { AttributeProtoSchema, FunctionProtoSchema, ModelProtoSchema } from "./onnx-messages.ts";
import { readMessage } from "./read-message.ts";
import { writeMessage } from "./write-message.ts";

const data = fileURLToPath(new URL("../../../fixtures/data", import.meta.url));
const files = readdirSync(data, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".onnx"))
  .sort();

/** A message as the library of the schema's publisher has it, so that two of them can be compared. */
const asLibrary = (bytes: Uint8Array) => fromBinary(library.ModelProtoSchema, bytes);

describe("messages of ONNX files", () => {
  it("come back as the library reads them, fields that are not named here included", () => {
    expect(files.length).toBeGreaterThan(5);
    for (const name of files) {
      const bytes = new Uint8Array(readFileSync(join(data, name)));
      const again = writeMessage(ModelProtoSchema, readMessage(ModelProtoSchema, bytes));
      expect(asLibrary(again), name).toEqual(asLibrary(bytes));
    }
  });

  it("are read as the library writes them: numbers of any size, packed or not", () => {
    const attribute = createByLibrary(library.AttributeProtoSchema, {
      name: "größe",
      i: -(2n ** 63n),
      f: Math.fround(0.1),
      ints: [
        0n,
        -1n,
        127n,
        128n,
        2n ** 31n,
        2n ** 32n,
        2n ** 35n - 1n,
        2n ** 63n - 1n,
        -(2n ** 40n),
      ],
      floats: [1, -2.5],
      t: {
        dims: [2n],
        dataType: 7,
        int64Data: [-5n, 2n ** 50n],
        int32Data: [-1, 2 ** 31 - 1],
        doubleData: [Math.PI],
        uint64Data: [2n ** 64n - 1n],
        segment: { begin: 1n, end: 2n },
      },
    });
    const bytes = toBinary(library.AttributeProtoSchema, attribute);
    const read = readMessage(AttributeProtoSchema, bytes);
    expect([read.name, read.i, read.f]).toEqual([attribute.name, attribute.i, attribute.f]);
    expect([read.ints, read.floats]).toEqual([attribute.ints, attribute.floats]);
    const { int64Data, int32Data, doubleData, uint64Data } = attribute.t!;
    expect(read.t).toMatchObject({ int64Data, int32Data, doubleData, uint64Data });
    const again = fromBinary(
      library.AttributeProtoSchema,
      writeMessage(AttributeProtoSchema, read),
    );
    expect(again).toEqual(attribute);
  });

  it("tell a field that is 0 from one that is not there", () => {
    const zero = create(AttributeProtoSchema, { name: "a", i: 0n });
    const back = readMessage(AttributeProtoSchema, writeMessage(AttributeProtoSchema, zero));
    expect([isSet(back, "i"), isSet(back, "f"), back.f]).toEqual([true, false, 0]);
  });

  it("are cut off anywhere without more than one sentence", () => {
    const made = createByLibrary(library.FunctionProtoSchema, {
      name: "f",
      node: [{ opType: "Relu", attribute: [{ name: "alpha", f: 1, floats: [1, 2, 3] }] }],
    });
    const bytes = toBinary(library.FunctionProtoSchema, made);
    for (let end = 0; end < bytes.length; end++)
      try {
        readMessage(FunctionProtoSchema, bytes.subarray(0, end));
      } catch (error) {
        expect((error as Error).message).toMatch(/damaged/);
      }
    expect(() => readMessage(FunctionProtoSchema, bytes.subarray(0, -1))).toThrow("cut off");
  });
});
