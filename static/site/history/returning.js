// Who comes back to History finds it as it was left: as many photos, and the same place on the
// screen, or the photo that they have looked at last.
import { around, fromHtml, maybe, the } from "../../dom.js";
import * as session from "../../session.js";
import { lastSeen } from "./last-seen.js";

const USUAL = 48; // photos on a page
const results = the("#results", HTMLElement);
const kept = () => `ark-history${location.search}`;
let isLeaving = false; // for a moment: a form brings one back here

const cards = () => results.querySelectorAll(".card").length;

function keep() {
  const left = { size: cards(), top: scrollY, isLeaving };
  sessionStorage.setItem(kept(), JSON.stringify(left));
}

/** @returns {{ size: number, top: number, isLeaving: boolean } | null} */
function left() {
  return JSON.parse(sessionStorage.getItem(kept()) ?? "null");
}

// Back, or by a link on a photo's page.
function isBack() {
  const [entry] = performance.getEntriesByType("navigation");
  const isOfBrowser = entry instanceof PerformanceNavigationTiming && entry.type !== "navigate";
  return isOfBrowser || document.referrer.startsWith(`${location.origin}/photos/`);
}

/** @param {number} size */
async function fetchSo(size) {
  const address = new URL(location.href);
  address.searchParams.set("size", String(size));
  const response = await session.ask(String(address), { headers: { "HX-Request": "true" } });
  if (!response.ok || session.problemOf(response)) return;
  results.replaceChildren(...fromHtml(await response.text()));
  /** @type {any} */ (window).htmx?.process(results);
  document.dispatchEvent(new CustomEvent("ark:cards"));
}

/** @param {number} top */
function goBack(top) {
  scrollTo({ top, behavior: "instant" });
  const seen = lastSeen();
  const card = seen && maybe(`[data-photo="${seen}"]`, HTMLElement, results);
  if (!card) return;
  const { top: from, bottom: to } = card.getBoundingClientRect();
  if (from < 0 || to > innerHeight) card.scrollIntoView({ block: "center", behavior: "instant" });
  maybe(".card-title a", HTMLElement, card)?.focus({ preventScroll: true });
}

async function begin() {
  const before = left();
  if (!before || !(before.isLeaving || isBack())) return;
  if (before.size > USUAL) await fetchSo(before.size).catch(() => {});
  goBack(before.top);
  if (before.isLeaving) letFloat();
}

// What came of it, and the way to undo it, are seen though they stand far above; until one goes on.
function letFloat() {
  const messages = maybe(".messages", HTMLElement);
  messages?.classList.add("is-floating");
  document.addEventListener("click", (event) => {
    if (!around(event, ".messages")) messages?.classList.remove("is-floating");
  });
}

addEventListener("pagehide", keep);
document.addEventListener("click", () => (isLeaving = false), { capture: true });
document.addEventListener("submit", ({ target }) => {
  if (!(target instanceof HTMLFormElement && target.matches("[data-chosen]"))) return;
  isLeaving = true;
  keep();
});
begin();
