import { parentPort } from "node:worker_threads";
import { messageOf } from "../../base/errors.ts";
import { encodePng } from "../../plot/png/encode-png.ts";
import type { DrawReply, DrawRequest } from "./drawing-threads.ts";
import { pngPlatform } from "./png-platform.ts";

// A thread that draws pictures and compresses them, one after the other.

parentPort!.on("message", ({ id, picture, options }: DrawRequest) => {
  encodePng(picture, pngPlatform, options).then(
    (bytes) => {
      // Bytes that are a part of something larger are copied.
      const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
      const reply: DrawReply = { id, bytes: whole };
      parentPort!.postMessage(reply, [whole.buffer as ArrayBuffer]);
    },
    (error: unknown) => parentPort!.postMessage({ id, error: messageOf(error) }),
  );
});
