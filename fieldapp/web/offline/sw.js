// The service worker: has the offline page ready, answers with it when a page cannot be fetched, and sends what waits.
// The server puts `self.FILES` before this: {version, page, core, first, later, shelf}.
"use strict";
importScripts(self.FILES.core);

const { version, page: PAGE, first, later, shelf } = self.FILES;
const PAGES = `fieldapp-page-${version}`, SHELF = `fieldapp-shelf-${shelf}`, TILES = "fieldapp-tiles";
const PATIENCE_MS = 6000;
const TILES_MOST = 400;
// What is never answered from here: live data, signing in and out, what belongs to one person.
const NEVER = /^\/(_stcore|api|login|logout|media|setup|invite|join|walk|opgave|tip|healthz|sw\.js|om-data|component\/streamlit_folium\.st_folium\/index\.html)(\/|$)/;
const HASHED = /^\/(static|vendor|component\/streamlit_folium\.st_folium\/static)\//;

self.addEventListener("install", (event) => {
  const fresh = (address) => new Request(address, { cache: "reload" });
  event.waitUntil((async () => {
    const cache = await caches.open(PAGES);
    await cache.addAll([PAGE, ...first].map(fresh));
    await complete();
    await self.skipWaiting();
  })());
});

// The rest, some of which only the signed-in may fetch: what is missing is asked for again when a page says the line is good.
async function complete() {
  const cache = await caches.open(PAGES);
  await Promise.allSettled(later.map(async (address) => (await cache.match(address)) || cache.add(address)));
}

// What a page that is going away had not yet kept: sealing takes longer than it has left.
self.addEventListener("message", (event) => {
  if (event.data === "complete") event.waitUntil(complete());
  else if (event.data?.keep) event.waitUntil(self.Fieldapp.vault.keep(...event.data.keep, { sealed: true }));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("fieldapp-") && ![PAGES, SHELF, TILES].includes(name));
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin || NEVER.test(address.pathname)) return;
  if (request.mode === "navigate") event.respondWith(opened(request, address));
  else if (address.pathname.startsWith("/assets/")) event.respondWith(asset(request, address));
  else if (HASHED.test(address.pathname)) event.respondWith(shelved(request));
  else if (address.pathname.startsWith("/tiles/")) event.respondWith(tile(request));
});

if (self.Fieldapp && self.Fieldapp.sender) self.addEventListener("sync", self.Fieldapp.sender.onSync);

// The offline page at once by its own address, or by the icon in field mode; everything else from the server, in time.
async function opened(request, address) {
  const ours = () => caches.match(PAGE, { cacheName: PAGES });
  if (address.pathname === PAGE || (address.pathname === "/" && address.searchParams.has("icon") && (await inField()))) {
    return (await ours()) || fetch(request);
  }
  let clock;
  const late = new Promise((resolve) => { clock = setTimeout(resolve, PATIENCE_MS, null); });
  const answer = await Promise.race([fetch(request).catch(() => null), late]);
  clearTimeout(clock);
  if (answer && ![502, 503, 504].includes(answer.status)) return answer;
  return (await ours()) || answer || Response.error();
}

async function inField() {
  try {
    return await self.Fieldapp.keep.fieldMode();
  } catch {
    return false;
  }
}

// Addresses with their content's name never change; without it the page's own version is the newest there is offline.
async function asset(request, address) {
  const cache = await caches.open(PAGES);
  const exact = await cache.match(request);
  if (exact) return exact;
  if (address.searchParams.has("v")) return fetch(request);
  return fetch(request).catch(async () => (await cache.match(request, { ignoreSearch: true })) || Response.error());
}

async function shelved(request) {
  const cache = await caches.open(SHELF);
  const found = (await cache.match(request)) || (await caches.match(request, { cacheName: PAGES }));
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) keepCopy(cache, request, answer.clone());
  return answer;
}

async function tile(request) {
  const cache = await caches.open(TILES);
  try {
    const answer = await fetch(request);
    if (answer.status === 200) { keepCopy(cache, request, answer.clone()); trim(cache); }
    return answer;
  } catch {
    return (await cache.match(request)) || Response.error();
  }
}

// A full phone is no reason not to show the page.
function keepCopy(cache, request, answer) {
  cache.put(request, answer).catch(() => {});
}

async function trim(cache) {
  const all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - TILES_MOST))) await cache.delete(old);
}
