import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { expect, vi } from "vitest";

/** WebKitGTK's own driver (Debian: webkit2gtk-driver and xvfb); Safari has the same engine. */
const driver = "/usr/bin/WebKitWebDriver";
const screen = "/usr/bin/xvfb-run";
const browser = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/** What is missing here, if anything is. */
export const missingOfWebKit = (): string | undefined =>
  [driver, screen, browser].find((path) => !existsSync(path));

/** A window of WebKitGTK, by the WebDriver protocol (https://www.w3.org/TR/webdriver2/). */
export class WebKitWindow {
  readonly #process: ChildProcess;
  readonly #address: string;
  readonly #session: string;

  private constructor(process: ChildProcess, address: string, session: string) {
    [this.#process, this.#address, this.#session] = [process, address, session];
  }

  static async open(): Promise<WebKitWindow> {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const process_ = spawn(screen, ["-a", driver, `--port=${port}`], {
      stdio: "ignore",
      // A group of its own: the screen, the driver and the browser end together.
      detached: true,
      env: { ...process.env, LANG: "en_US.UTF-8", WEBKIT_DISABLE_DMABUF_RENDERER: "1" },
    });
    try {
      await vi.waitFor(() => fetch(`${address}/status`), { timeout: 30_000, interval: 200 });
      const options = { binary: browser, args: ["--automation"] };
      const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
      const { sessionId } = await ask<{ sessionId: string }>(`${address}/session`, {
        capabilities,
      });
      return new WebKitWindow(process_, address, sessionId);
    } catch (error) {
      process.kill(-process_.pid!, "SIGTERM");
      throw error;
    }
  }

  goTo(url: string): Promise<unknown> {
    return this.#ask("url", { url });
  }

  /** What a script returns. */
  read<T>(script: string): Promise<T> {
    return this.#ask<T>("execute/sync", { script, args: [] });
  }

  /** Waits until the page shows a text. */
  async shows(text: RegExp): Promise<void> {
    const shown = () => this.read<string>("return document.body.innerText");
    await expect.poll(shown, { timeout: 60_000 }).toMatch(text);
  }

  async close(): Promise<void> {
    await fetch(`${this.#address}/session/${this.#session}`, { method: "DELETE" });
    process.kill(-this.#process.pid!, "SIGTERM");
  }

  #ask<T>(what: string, body: unknown): Promise<T> {
    return ask(`${this.#address}/session/${this.#session}/${what}`, body);
  }
}

async function ask<T>(address: string, body: unknown): Promise<T> {
  const answer = await fetch(address, { method: "POST", body: JSON.stringify(body) });
  const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
