import type { PageEngine } from "../../../app/engine/engine.ts";
import { unpack } from "../../../app/engine/pack.ts";
import type { Answer } from "../../../app/engine/protocol.ts";
import { StriateError, messageOf } from "../../base/errors.ts";
import { StoppedError } from "../../views/context.ts";
import { framed } from "./message-stream.ts";

/**
 * Puts a question to the engine. What comes on the way and the answer are written as they come, each with its
 * length in front; who stops reading stops the computation.
 *
 * @param question a packed `{ method, args }`
 */
export function answerCall(engine: PageEngine, question: Uint8Array): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const tell = (answer: Answer) => {
        if (stop.signal.aborted) return;
        controller.enqueue(framed(answer));
      };
      try {
        const { method, args } = parseQuestion(question);
        const value = await engine.call(method, args, { signal: stop.signal, tell });
        tell({ kind: "done", value });
      } catch (error) {
        tell({
          kind: "error",
          message: messageOf(error),
          isKnown: error instanceof StriateError,
          isStop: error instanceof StoppedError,
        });
      }
      if (!stop.signal.aborted) controller.close();
    },
    cancel: () => stop.abort(),
  });
}

function parseQuestion(bytes: Uint8Array): { method: string; args: unknown[] } {
  try {
    const { method, args } = unpack(bytes) as { method?: unknown; args?: unknown };
    if (typeof method === "string" && Array.isArray(args)) return { method, args };
  } catch {
    // Said below.
  }
  throw new StriateError("the question is none");
}
