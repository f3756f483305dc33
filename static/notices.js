// Says on any page, and in the title of its tab, that something of one's own has ended. One small
// question when the page is opened; then soon again while something is going on, rarely otherwise,
// more rarely still where nobody looks, and not at all where nobody looks and nothing goes on.
import { maybe } from "./dom.js";
import { ask, problemOf } from "./session.js";

/** @typedef {{ id: string, text: string, link: string, isBad: boolean }} Notice */
/** @typedef {{ waiting: boolean, notices: Notice[] }} News */

const SOON_MS = 10_000;
const RARELY_MS = 60_000;
const HIDDEN_MS = 30_000;
const LONGEST_MS = 5 * 60_000;

const region = maybe("[data-notices]", HTMLElement);
const title = { own: document.title, shown: "" };
let isWaiting = true;
let hiddenMs = HIDDEN_MS;
let askedMs = 0;
let timer = 0;

async function look() {
  if (!region) return;
  window.clearTimeout(timer);
  askedMs = Date.now();
  try {
    const response = await ask(region.dataset.notices ?? "");
    if (problemOf(response) || response.redirected) return; // signed out: nothing more to ask
    isWaiting = false;
    if (response.ok) show(await response.json());
  } catch {
    // It is offline; later again.
  }
  later();
}

function later() {
  const pause = pauseMs();
  if (pause) timer = window.setTimeout(look, pause);
}

function pauseMs() {
  if (!document.hidden) return isWaiting ? SOON_MS : RARELY_MS;
  if (!isWaiting) return 0;
  hiddenMs = Math.min(2 * hiddenMs, LONGEST_MS);
  return hiddenMs;
}

/** @param {News} news */
function show({ waiting, notices }) {
  isWaiting = waiting;
  const ids = new Set(notices.map((notice) => notice.id));
  for (const shown of shownNotices()) if (!ids.has(shown.dataset.id ?? "")) shown.remove();
  const known = new Set(shownNotices().map((shown) => shown.dataset.id));
  for (const notice of notices) if (!known.has(notice.id)) add(notice);
  tellTitle();
}

/** @returns {HTMLElement[]} */
function shownNotices() {
  return [...(region?.children ?? [])].flatMap((one) => (one instanceof HTMLElement ? [one] : []));
}

/** @param {Notice} notice */
function add(notice) {
  if (isHere(notice)) {
    putAway(notice.id);
    return;
  }
  const shown = document.createElement("div");
  shown.className = notice.isBad ? "ended-notice is-bad" : "ended-notice";
  shown.dataset.id = notice.id;
  const link = document.createElement("a");
  link.href = notice.link;
  link.textContent = notice.text;
  link.addEventListener("click", () => putAway(notice.id));
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = region?.dataset.close ?? "";
  close.setAttribute("aria-label", `${close.textContent}: ${notice.text}`);
  close.addEventListener("click", () => {
    const following = shown.nextElementSibling ?? shown.previousElementSibling;
    shown.remove();
    following?.querySelector("button")?.focus();
    putAway(notice.id);
    tellTitle();
  });
  shown.append(link, close);
  region?.append(shown);
}

/**
 * Whoever looks at the page that it leads to sees it there.
 * @param {Notice} notice
 */
function isHere(notice) {
  return !document.hidden && new URL(notice.link, location.href).pathname === location.pathname;
}

/** @param {string} id */
function putAway(id) {
  const options = { method: "POST", body: new URLSearchParams({ id }), keepalive: true };
  ask(region?.dataset.putAway ?? "", options).catch(() => {}); // then it is shown once more
}

// Others change the title too: what stands behind the number is theirs.
function tellTitle() {
  if (document.title !== title.shown) title.own = document.title;
  const count = region?.children.length ?? 0;
  title.shown = count ? `(${count}) ${title.own}` : title.own;
  if (document.title !== title.shown) document.title = title.shown;
}

document.addEventListener("visibilitychange", () => {
  window.clearTimeout(timer);
  hiddenMs = HIDDEN_MS;
  if (!document.hidden && Date.now() - askedMs >= SOON_MS) look();
  else later();
});
if (region) look();
