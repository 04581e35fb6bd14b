import { describe, expect, it } from "vitest";
import { engineMessage } from "./engine-message.ts";

describe("the engine's words name the layer first, and no place in C++", () => {
  // As ONNX Runtime 1.30 wrote them.
  it.each([
    [
      'This is an invalid model. In Node, ("r", Relu, "", -1) : ("x": tensor(float),) -> ("y": tensor(float),) , Error Unrecognized attribute: z for operator Relu',
      'Relu "r": Unrecognized attribute: z for operator Relu',
    ],
    [
      "Node (mp) Op (MaxPool) [ShapeInferenceError] Attribute kernel_shape must only contain positive values",
      'MaxPool "mp": Attribute kernel_shape must only contain positive values',
    ],
    [
      "Non-zero status code returned while running ConstantOfShape node. Name:'cs' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 4503599627370496\n",
      'ConstantOfShape "cs": Failed to allocate memory for requested buffer of size 4503599627370496',
    ],
    ["[ONNXRuntimeError] : 1 : FAIL : something else", ": 1 : FAIL : something else"],
    [
      "Type Error: Type (tensor(float)) of output arg (y) of node (k) does not match expected type (tensor(uint16)).",
      'layer "k": its output "y" is said to be float32, and what is computed is uint16',
    ],
    [
      "Type Error: Type 'tensor(int64)' of input parameter (x) of operator (Conv) in node (c) is invalid.",
      'Conv "c": its input "x" is int64, which Conv does not take',
    ],
    [
      "Type Error: Type parameter (T) of Optype (Add) bound to different types (tensor(float) and tensor(double) in node (a).",
      'Add "a": its inputs are float32 and float64, and have to be alike',
    ],
  ])("%s", (said, words) => {
    expect(engineMessage(new Error(said))).toBe(`the engine refused: ${words}`);
  });

  it("say that the engine itself did not come", () => {
    const said =
      "no available backend found. ERR: [wasm] RuntimeError: Aborted(NetworkError: Failed to execute 'send' on 'XMLHttpRequest': Failed to load 'http://a/ort.wasm'.). Build with -sASSERTIONS for more info.";
    expect(engineMessage(new Error(said))).toBe(
      "the engine did not start: NetworkError: Failed to execute 'send' on 'XMLHttpRequest': Failed to load 'http://a/ort.wasm'; load the page again",
    );
    const again =
      "no available backend found. ERR: [wasm] Error: previous call to 'initWasm()' failed.";
    expect(engineMessage(new Error(again))).toBe(
      "the engine did not start: previous call to 'initWasm()' failed; load the page again",
    );
  });

  it("are cut where a name has no end", () => {
    const text = `Node (${"(".repeat(1e6)}`;
    expect(engineMessage(new Error(text)).length).toBeLessThan(2100);
  });
});
