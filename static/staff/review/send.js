// Questions to the server, and what became of them.
import { the } from "../../dom.js";

export const AGAIN_MS = 5000; // until what was asked for, and did not come, is asked for again
const TIMEOUT_MS = 20_000;
const LATER = [408, 429];

/**
 * "offline" and "signed-out": it should be tried again.
 * @typedef {"done" | "gone" | "conflict" | "refused" | "offline" | "signed-out"} Outcome
 * @typedef {Record<string, string | number | string[]>} Fields
 * @typedef {{ outcome: Outcome, [field: string]: any }} Answer  Its fields depend on the question.
 */

/** @type {Record<number, Outcome>} */
const OUTCOMES = { 200: "done", 404: "gone", 409: "conflict" };

/**
 * @param {string} address
 * @param {Fields} fields
 */
export function post(address, fields) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) body.append(name, String(one));
  }
  return ask(address, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
}

/** @param {string} address */
export function get(address) {
  return ask(address, {});
}

// A random UUID; crypto.randomUUID exists over HTTPS only.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

/**
 * @param {string} address
 * @param {RequestInit} options
 * @returns {Promise<Answer>}
 */
async function ask(address, options) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(address, { ...options, signal });
    const outcome = outcomeOf(response);
    const isOurs = response.headers.get("Content-Type") === "application/json";
    return { ...(isOurs ? await response.json() : {}), outcome };
  } catch {
    return { outcome: "offline" };
  }
}

/**
 * @param {Response} response
 * @returns {Outcome}
 */
function outcomeOf(response) {
  if (response.redirected || response.status === 403) return "signed-out";
  if (response.status >= 500 || LATER.includes(response.status)) return "offline";
  return OUTCOMES[response.status] ?? "refused";
}

// Signing in again, in another tab, changes the cookie; the field in the page stays as it was.
function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]*)/);
  return cookie?.[1] ?? the("[name=csrfmiddlewaretoken]", HTMLInputElement).value;
}
