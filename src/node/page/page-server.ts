import { timingSafeEqual } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { PageEngine } from "../../../app/engine/engine.ts";
import { firstLookFile } from "../../../app/engine/first-look.ts";
import { messageOf } from "../../base/errors.ts";
import { percentDecoded } from "../../base/percent-decoded.ts";
import { answerCall } from "./answer-call.ts";
import { firstLook } from "./first-look.ts";
import type { NamedFiles } from "./named-files.ts";
import type { NamedPhotos } from "./named-run.ts";
import { withMarks } from "./page-marks.ts";
import { type WatchedTraining, addTrainingRoutes } from "./training-routes.ts";
import type { Uploads } from "./uploads.ts";

export interface PageServerParts {
  /** The page's own files by address; nothing else of the disk is given out. */
  readonly files: ReadonlyMap<string, string>;
  /** What the command line named. */
  readonly named: NamedFiles;
  /** The photos of the results that it named. */
  readonly photos: NamedPhotos;
  readonly uploads: Uploads;
  readonly engine: PageEngine;
  /** A training that runs in this process, where there is one: then the page opens on it. */
  readonly training?: WatchedTraining | undefined;
  /** Who has it may compute and hand over files. */
  readonly token: string;
  /** Names by which a browser may call this server: `127.0.0.1:4747`. Known once it listens. */
  readonly hosts: readonly string[];
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".jpg": "image/jpeg",
  ".txt": "text/plain; charset=utf-8",
};

/** Of the photos of a set: whatever else lies among them is bytes. */
const photoTypes: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".webp": "image/webp",
  ".gif": "image/gif",
  ".bmp": "image/bmp",
  ".avif": "image/avif",
};

/** On every answer. The page's own policy for scripts stands in its `<meta>` as well, for static hosts. */
const headers: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; " +
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self' https: blob: data:; " +
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

/** What may be sent with one question, in bytes; files are handed over apart. */
const longestQuestion = 1 << 20;

/**
 * The page with an engine behind it. A request must name this server by one of its own names (a name that
 * somebody else's DNS leads here is none), must not come from a page of another origin, and must bring the
 * token for all that reads a file, computes or writes.
 */
export function pageServer(parts: PageServerParts): Hono {
  const { files, named, photos, uploads, engine, token, hosts, training } = parts;
  const app = new Hono();

  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    const origin = context.req.header("origin");
    const site = context.req.header("sec-fetch-site");
    if (!hosts.includes(context.req.header("host") ?? ""))
      return context.text("this server goes by another name", 421);
    if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`))
      return context.text("another origin has no business here", 403);
    if (site !== undefined && site !== "same-origin" && site !== "none" && !isVisit(context))
      return context.text("another site has no business here", 403);
    return next();
  });

  app.use("/api/*", async (context, next) => {
    context.header("Cache-Control", "no-store");
    if (!isSame(getCookie(context, "striate") ?? "", token))
      return context.json(
        { message: "open the address that striate serve has printed: it holds the key" },
        403,
      );
    return next();
  });

  app.get("/", async (context) => {
    const given = context.req.query("token");
    if (given === undefined) return context.html(await indexPage(files.get("index.html")!));
    if (!isSame(given, token)) return context.text("the key is not the one of this server", 403);
    setCookie(context, "striate", token, { httpOnly: true, sameSite: "Strict", path: "/" });
    return context.redirect("/");
  });

  if (training) addTrainingRoutes(app, training);
  app.get("/api/start", (context) => {
    const { results, ...others } = named.about();
    return context.json({
      ...others,
      ...(results && { results: { ...results, photos: photos.count } }),
      ...(training && { isTraining: true }),
    });
  });
  app.get("/api/photo", async (context) => {
    const photo = await photos.read(context.req.query("path") ?? "");
    if (photo === undefined) return context.text("no such photo", 404);
    context.header("Content-Type", photoTypes[photo.ending] ?? "application/octet-stream");
    // bounded: NamedPhotos gives no larger ones
    return context.body(new Uint8Array(photo.bytes));
  });
  app.get("/api/named/:what/:index", (context) => {
    const { what, index } = context.req.param();
    const path = named.path(what, Number(index));
    if (path === undefined) return context.text("no such file", 404);
    return fileAnswer(context, path);
  });
  // Of the packaged network: computed once, and by who has the key.
  let look: Promise<Uint8Array> | undefined;
  app.get(`/api/${firstLookFile}`, async (context) => {
    context.header("Content-Type", "application/octet-stream");
    // bounded: by the packaged network
    return context.body(new Uint8Array(await (look ??= firstLook())));
  });
  app.post("/api/upload", async (context) => {
    try {
      const id = await uploads.take(context.req.raw.body);
      return context.json({ id });
    } catch (error) {
      return context.json({ message: messageOf(error) }, 413);
    }
  });
  app.post("/api/call", async (context) => {
    if (Number(context.req.header("content-length") ?? Infinity) > longestQuestion)
      return context.json({ message: "the question is too long" }, 413);
    const question = new Uint8Array(await context.req.arrayBuffer());
    context.header("Content-Type", "application/octet-stream");
    return context.body(answerCall(engine, question));
  });

  // A file that went away since it was named, say; the terminal is not for what strangers ask.
  app.onError((error, context) => context.json({ message: messageOf(error) }, 500));
  app.get("*", (context) => {
    const path = files.get(percentDecoded(context.req.path.slice(1)));
    return path === undefined ? context.text("no such file", 404) : fileAnswer(context, path);
  });
  return app;
}

/** Somebody follows a link to the page itself: it reads nothing and computes nothing by that. */
const isVisit = (context: Context): boolean =>
  context.req.method === "GET" &&
  context.req.path === "/" &&
  context.req.header("sec-fetch-mode") === "navigate";

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The page says of itself that it was served, so that it offers to compute here. */
async function indexPage(path: string): Promise<string> {
  const html = await readFile(path, "utf8");
  return withMarks(html, ["server", "webgpu"]);
}

function fileAnswer(context: Context, path: string): Response {
  context.header("Content-Type", types[extname(path)] ?? "application/octet-stream");
  context.header("Content-Length", String(statSync(path).size));
  return context.body(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>);
}
