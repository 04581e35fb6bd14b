import { isMainThread } from "node:worker_threads";
import { StriateError } from "../../base/errors.ts";

const name = "ORT_DISABLE_TELEMETRY";
/** A main thread that answers nothing for so long, in milliseconds, is itself waiting for this thread. */
const patience = 5000;

/**
 * Turns the engine's telemetry off, before its library is loaded. ONNX Runtime's own build for Linux
 * otherwise reads `/etc/machine-id` and the command line, keeps a device id below `~/.cache/Microsoft` and
 * sends events to a server of Microsoft's. The library asks the environment of the process once, when the
 * first session is made.
 *
 * @throws StriateError in a worker thread whose main thread cannot be asked: rather nothing than that
 */
export async function silenceTelemetry(): Promise<void> {
  if (process.env[name] === "1") return;
  // A worker thread has a copy of the environment, which no library sees: the main thread has to set it.
  if (!isMainThread) await inMainThread(`process.env.${name} = "1"`);
  process.env[name] = "1";
}

/** Evaluates an expression in the main thread, also where no code of ours runs there. */
async function inMainThread(expression: string): Promise<void> {
  const { Session } = await import("node:inspector");
  const session = new Session();
  try {
    session.connectToMainThread();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("it does not answer")), patience);
      session.post("Runtime.evaluate", { expression }, (error, answer) => {
        clearTimeout(timer);
        if (error ?? answer.exceptionDetails) reject(error ?? new Error("it has no process.env"));
        else resolve();
      });
    });
  } catch (error) {
    throw new StriateError(
      `the engine's telemetry cannot be turned off from this worker thread; set ${name}=1 in the environment, or import striate in the main thread`,
      { cause: error },
    );
  } finally {
    session.disconnect();
  }
}
