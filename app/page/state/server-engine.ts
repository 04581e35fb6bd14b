import { pack } from "../../engine/pack.ts";
import type { Answer, CallOptions, Engine, Method, SourceFile } from "../../engine/protocol.ts";
import { EngineError } from "./engine-error.ts";
import { messages } from "./messages.ts";

/** The engine behind `striate serve`: native, on this computer. */
export class ServerEngine implements Engine {
  readonly #uploads = new WeakMap<File, Promise<string>>();

  call = (async (method: Method, args: readonly unknown[], options: CallOptions = {}) => {
    const { signal, onProgress, onPartial } = options;
    const given = await Promise.all(args.map((arg) => this.#handedOver(arg)));
    const response = await fetch("api/call", {
      method: "POST",
      body: pack({ method, args: given }),
      ...(signal && { signal }),
    });
    if (!response.ok || response.body === null) throw await refusal(response);
    for await (const message of messages(response.body)) {
      const answer = message as Answer;
      if (answer.kind === "progress") onProgress?.(answer.done, answer.words);
      else if (answer.kind === "partial") onPartial?.(answer.value as never);
      else if (answer.kind === "done") return answer.value;
      else {
        const { message: words, isKnown, isStop } = answer;
        throw new EngineError(isKnown ? words : `unexpected error: ${words}`, isStop);
      }
    }
    throw new EngineError("the server has ended before it answered");
  }) as Engine["call"];

  /** An argument with its files handed over. */
  async #handedOver(arg: unknown): Promise<unknown> {
    if (typeof arg !== "object" || arg === null) return arg;
    if ("source" in arg) return { ...arg, source: await this.#handedOver(arg.source) };
    if (!("files" in arg)) return arg;
    const files = await Promise.all(
      (arg.files as readonly SourceFile[]).map(async (one) =>
        "file" in one ? { upload: await this.#upload(one.file), path: one.path } : one,
      ),
    );
    return { ...arg, files };
  }

  #upload(file: File): Promise<string> {
    let upload = this.#uploads.get(file);
    if (upload === undefined) {
      upload = fetch("api/upload", { method: "POST", body: file }).then(async (response) => {
        if (!response.ok) throw await refusal(response);
        return ((await response.json()) as { id: string }).id;
      });
      this.#uploads.set(file, upload);
      // What has failed once is handed over anew the next time.
      upload.catch(() => this.#uploads.delete(file));
    }
    return upload;
  }
}

async function refusal(response: Response): Promise<EngineError> {
  const said = (await response.json().catch(() => ({}))) as { message?: string };
  return new EngineError(said.message ?? `the server says ${response.status}`);
}
