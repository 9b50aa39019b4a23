// The worker of a walk's pages: the page as it last was, and its files, when there is no line. Everything that belongs
// to the walk itself is asked of the server. The server puts `self.FILES` before this: {version, files}.
"use strict";
const CACHE = `walk-${self.FILES.version}`, PAGES = "walk-pages";
const PAGE = /^\/(join|walk)\/[^/]+\/?$/;
const PATIENCE_MS = 6000, PAGES_MOST = 8;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await Promise.allSettled(self.FILES.files.map((address) => cache.add(new Request(address, { cache: "reload" }))));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("walk-") && ![CACHE, PAGES].includes(name));
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate" && PAGE.test(address.pathname)) event.respondWith(opened(request, address));
  else if (address.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

async function opened(request, address) {
  const pages = await caches.open(PAGES);
  let clock;
  const late = new Promise((resolve) => { clock = setTimeout(resolve, PATIENCE_MS, null); });
  const answer = await Promise.race([fetch(request).catch(() => null), late]);
  clearTimeout(clock);
  if (answer && answer.ok) {
    await pages.put(address.pathname, answer.clone()).catch(() => {}); // a full phone is no reason not to show the page
    for (const old of (await pages.keys()).slice(0, -PAGES_MOST)) await pages.delete(old);
  }
  if (answer && answer.status < 500) return answer;
  return (await pages.match(address.pathname)) || answer || Response.error();
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  return found || fetch(request).catch(async () => (await cache.match(request, { ignoreSearch: true })) || Response.error());
}
