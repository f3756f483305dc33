// A page may outlive its session and the token of its forms: recognition/site/script_requests.py.
// Every question of a script goes through `ask` here, or carries these headers.
import { all, around, childrenOf, maybe } from "./dom.js";

/** @typedef {"signed-out" | "other-person" | "forbidden" | "csrf" | "lost" | ""} Problem */

const LOOK_AGAIN_MS = 10_000;
const TOKEN = "[name=csrfmiddlewaretoken]";
const page = maybe("template[data-session]", HTMLTemplateElement);
const person = page?.dataset.person ?? "";
let token = maybe(TOKEN, HTMLInputElement)?.value ?? "";
let lookedMs = Date.now();

/** @returns {Record<string, string>} */
export const headers = () => ({ "Ark-Person": person, "X-CSRFToken": token });

/**
 * @param {{ headers: Headers } | XMLHttpRequest} response
 * @returns {Problem}
 */
export function problemOf(response) {
  const name = "Ark-Problem";
  const problem =
    response instanceof XMLHttpRequest
      ? response.getResponseHeader(name)
      : response.headers.get(name);
  return /** @type {Problem} */ (problem ?? "");
}

/**
 * `fetch`, once more with another token if the page's is too old.
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function ask(address, options = {}) {
  const send = () => fetch(address, { ...options, headers: { ...options.headers, ...headers() } });
  const response = await send();
  if (problemOf(response) !== "csrf") return response;
  await renew();
  return send();
}

// Takes the token of the session that there is now, for all forms of the page as well.
export async function renew() {
  if (!page) return;
  lookedMs = Date.now();
  const response = await fetch(page.dataset.session ?? "");
  const now = await response.json();
  token = now.csrf;
  for (const field of all(TOKEN, HTMLInputElement)) field.value = token;
  if (now.person === person) clear();
  else if (person) tell(now.person ? "other-person" : "signed-out");
}

/** @param {Problem} problem */
export function tell(problem) {
  if (!page || document.querySelector(`.session-notice[data-problem="${problem}"]`)) return;
  clear();
  const notices = childrenOf(page.content);
  const notice = notices.find((one) => one.dataset.problem === problem);
  if (notice) document.body.append(notice.cloneNode(true));
}

function clear() {
  for (const notice of all(".session-notice", HTMLElement)) notice.remove();
}

// Back at the page: somebody may have signed in or out in another tab.
async function look() {
  if (document.hidden || Date.now() - lookedMs < LOOK_AGAIN_MS) return;
  await renew().catch(() => {}); // it is offline, which whoever asks for something is told
}

// htmx

/**
 * htmx asks by itself, again and again.
 * @param {Element} element
 */
const isWatching = (element) =>
  /every|load|intersect/.test(element.getAttribute("hx-trigger") ?? "");

/** @param {CustomEvent} event */
async function answered(event) {
  const { xhr, elt } = event.detail;
  const problem = problemOf(xhr);
  if (!problem) return;
  event.detail.shouldSwap = false;
  if (problem !== "csrf") return tell(problem);
  await renew();
  if (elt instanceof HTMLFormElement && !elt.dataset.isRetried) {
    elt.dataset.isRetried = "";
    elt.requestSubmit();
  }
}

/** @param {CustomEvent} event */
function failed({ detail: { elt, xhr } }) {
  if (!problemOf(xhr) && !isWatching(elt)) tell("lost");
}

const listen = /** @type {(name: string, listener: (event: CustomEvent) => unknown) => void} */ (
  (name, listener) => document.addEventListener(name, /** @type {EventListener} */ (listener))
);
listen("htmx:configRequest", ({ detail }) => Object.assign(detail.headers, headers()));
listen("htmx:beforeSwap", answered);
listen("htmx:responseError", failed);
listen("htmx:sendError", failed);
document.addEventListener("visibilitychange", look);
window.addEventListener("focus", look);
window.addEventListener("pageshow", (event) => event.persisted && renew().catch(() => {}));
document.addEventListener("click", (event) => {
  if (around(event, ".session-notice [data-reload]")) location.reload();
  if (around(event, ".session-notice [data-close]")) clear();
});
