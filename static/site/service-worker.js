// Shows a page of ours where the browser would show its own "no connection". It keeps that page and
// what it is drawn with, and never answers in the place of a server that does.

/** @typedef {Event & { request: Request, preloadResponse: Promise<Response | undefined>, respondWith: (answer: Promise<Response>) => void }} Fetched */
/** @typedef {Event & { waitUntil: (work: Promise<unknown>) => void }} Lasting */

/** @type {any} what recognition/site/app/offline.py hands over is in `ark` */
const worker = self;
const KEPT = "ark-offline";
const PAGE = worker.ark.page;
// As templates/_error.html names them
const PARTS = [
  "/static/site/frame.css",
  "/static/site/ark.css",
  "/static/site/theme.js",
  "/static/img/logo.svg",
];

async function keep() {
  await worker.skipWaiting();
  if (!worker.ark.isWanted) return;
  const cache = await caches.open(KEPT);
  await cache.addAll([PAGE, ...PARTS].map((address) => new Request(address, { cache: "reload" })));
}

async function begin() {
  if (!worker.ark.isWanted) {
    await caches.delete(KEPT);
    await worker.registration.unregister();
    return;
  }
  await worker.registration.navigationPreload?.enable();
  await worker.clients.claim();
}

/**
 * @param {string} address
 * @returns {Promise<Response>}
 */
async function kept(address) {
  return (await caches.match(address, { cacheName: KEPT })) ?? Response.error();
}

/**
 * @param {Fetched} event
 * @returns {Promise<Response>}
 */
async function pageOf(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return kept(PAGE);
  }
}

worker.addEventListener("install", (/** @type {Lasting} */ event) => event.waitUntil(keep()));
worker.addEventListener("activate", (/** @type {Lasting} */ event) => event.waitUntil(begin()));
worker.addEventListener("fetch", (/** @type {Fetched} */ event) => {
  const { request } = event;
  if (!worker.ark.isWanted || request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(pageOf(event));
    return;
  }
  const { pathname, origin } = new URL(request.url);
  if (origin === location.origin && PARTS.includes(pathname)) {
    event.respondWith(fetch(request).catch(() => kept(pathname)));
  }
});
