/**
 * Counts the bytes that code asks for in typed arrays and buffers, whether or not the system ever gives
 * them: memory that is zeroed only when it is touched would not show in the size of the process. Must
 * be called before the code under test is loaded.
 */
export function auditMemory(): { largest: () => number; reset: () => void } {
  let largest = 0;
  const note = (bytes: number) => {
    if (bytes > largest) largest = bytes;
  };
  const scope = globalThis as unknown as Record<string, unknown>;
  const names = [
    "ArrayBuffer",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
    "Array",
  ];
  for (const name of names) {
    const original = scope[name] as { BYTES_PER_ELEMENT?: number };
    const width = original.BYTES_PER_ELEMENT ?? (name === "Array" ? 8 : 1);
    scope[name] = new Proxy(original as unknown as new (...args: unknown[]) => object, {
      construct(target, args, newTarget) {
        const [first] = args;
        if (typeof first === "number" && args.length === 1) note(first * width);
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
  }
  return { largest: () => largest, reset: () => (largest = 0) };
}
