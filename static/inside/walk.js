// A walk through a network: channels open in place, and a page that waits looks again until there
// is something to see. Without this script all are links.
import { all, around, maybe } from "../dom.js";

const FIRST_MS = 250;
const THEN_MS = 1000;
const QUICK_TRIES = 12;
const MOST_TRIES = 120;
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {MouseEvent} event */
function isPlain(event) {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

/**
 * The channel behind a link, in the place of the one that its stage showed.
 * @param {HTMLAnchorElement} link
 */
async function open(link) {
  const stage = link.closest("[data-stage]");
  const place = stage && maybe("[data-channel-of]", HTMLElement, stage);
  if (!stage || !place) return;
  const address = new URL(link.href);
  place.ariaBusy = "true";
  try {
    const asked = new URL(address);
    asked.searchParams.set("part", "channel");
    asked.hash = "";
    const answer = await fetch(asked);
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    place.innerHTML = await answer.text();
  } catch {
    location.assign(address); // the whole page says what is wrong
    return;
  } finally {
    place.ariaBusy = null;
  }
  for (const other of all("[data-channel]", HTMLElement, stage)) other.ariaCurrent = null;
  link.ariaCurrent = "true";
  place.scrollIntoView({ block: "nearest", behavior: isCalm.matches ? "auto" : "smooth" });
  const said = maybe("[data-said]", HTMLElement, stage);
  if (said) said.textContent = maybe("h3", HTMLElement, place)?.textContent ?? "";
  history.replaceState(null, "", address);
}

/** @param {string} address */
function waitFor(address) {
  let tries = 0;
  const look = async () => {
    tries += 1;
    const answer = await fetch(address).catch(() => null);
    if (answer && answer.status !== 204) {
      const there = new URL(address, location.href);
      there.searchParams.delete("look");
      location.replace(there);
    } else if (tries < MOST_TRIES) {
      setTimeout(look, tries < QUICK_TRIES ? FIRST_MS : THEN_MS);
    }
  };
  setTimeout(look, FIRST_MS);
}

document.addEventListener("click", (event) => {
  const link = around(event, "a[data-channel]");
  if (!(link instanceof HTMLAnchorElement) || !isPlain(event)) return;
  event.preventDefault();
  open(link);
});

const waiting = maybe("[data-waiting]", HTMLElement);
if (waiting?.dataset.waiting) waitFor(waiting.dataset.waiting);
