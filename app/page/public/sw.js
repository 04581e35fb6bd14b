// Keeps the page for when there is no network, and gives every answer the headers that let a page have
// threads, where the host gives none. `striate build-page` fills in the files and what they are together.
const version = "unbuilt";
const files = [];

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(version)
      .then((cache) => cache.addAll(files))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  const forget = caches
    .keys()
    .then((names) =>
      Promise.all(names.filter((name) => name !== version).map((name) => caches.delete(name))),
    );
  event.waitUntil(forget.then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  event.respondWith(answer(request, url));
});

async function answer(request, url) {
  const cache = await caches.open(version);
  url.search = "";
  const kept = (await cache.match(url.href)) ?? (await cache.match(`${url.href}index.html`));
  const response = kept ?? (await fetch(request));
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
