import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { PageEngine } from "../../../app/engine/engine.ts";
import { StriateError } from "../../base/errors.ts";
import { runtime } from "../../runtime/node/index.ts";
import { statOf } from "../files/files.ts";
import { modelInFolder } from "../files/model-in-folder.ts";
import { NamedFiles } from "./named-files.ts";
import { NamedPhotos } from "./named-run.ts";
import { pageFiles } from "./page-files.ts";
import { pageServer } from "./page-server.ts";
import type { WatchedTraining } from "./training-routes.ts";
import { Uploads } from "./uploads.ts";

export interface ServeOptions {
  readonly model?: string | undefined;
  readonly photo?: string | undefined;
  /** A folder that `striate census` or `striate embed` wrote. */
  readonly results?: string | undefined;
  /** 0 for any that is free. */
  readonly port: number;
  /** A training of this process that the page shows. */
  readonly training?: WatchedTraining;
  /** Bytes that may be handed over together. */
  readonly mostUpload?: number;
}

/** A page that is served. */
export interface ServedPage {
  /** With the key: who opens it may compute. */
  readonly address: string;
  /** Photos of the named results that are here. */
  readonly photos: number;
  close(): Promise<void>;
}

/**
 * Serves the page on this machine alone.
 *
 * @throws StriateError where the port is taken, a file is not there, or a folder has no network in it
 */
export async function servePage(options: ServeOptions): Promise<ServedPage> {
  // Said here, and not in a page that somebody has to open first.
  if (options.model !== undefined && (await statOf(options.model)).isDirectory())
    await modelInFolder(options.model);
  const named = new NamedFiles(options);
  const photos = await NamedPhotos.of(options.results);
  const uploads = new Uploads(options.mostUpload);
  const token = randomBytes(24).toString("base64url");
  const runsOn = `${await runtime.engine()}, on this computer`;
  const engine = new PageEngine({
    describe: () => runsOn,
    named: (what) => Promise.resolve(named.source(what)),
    upload: (id, name) => uploads.file(id, name),
  });
  const hosts: string[] = [];
  const app = pageServer({
    ...{ named, photos, uploads, engine, token, hosts, training: options.training },
    files: pageFiles({ webgpu: true }),
  });
  const server = await listening(app.fetch, options.port);
  const { port } = server.address() as AddressInfo;
  hosts.push(`127.0.0.1:${port}`, `localhost:${port}`);
  return {
    address: `http://127.0.0.1:${port}/?token=${token}`,
    photos: photos.count,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      uploads.close();
      await photos.close();
    },
  };
}

function listening(fetch: Parameters<typeof serve>[0]["fetch"], port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: "127.0.0.1" }, () => resolve(server)) as Server;
    server.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new StriateError(`port ${port} is taken; choose another one: --port 0 for any`)
          : error,
      ),
    );
  });
}
