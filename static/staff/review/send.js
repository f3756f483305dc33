// Questions to the server, and what became of them.
import * as session from "../../session.js";

export const AGAIN_MS = 5000; // until what was asked for, and did not come, is asked for again
const TIMEOUT_MS = 20_000;
const BUSY = [408, 429];
/** @type {string[]} */
export const LATER = ["offline", "signed-out", "other-person", "forbidden"];

/**
 * Those of LATER: it should be tried again.
 * @typedef {"done" | "gone" | "conflict" | "refused" | Later} Outcome
 * @typedef {"offline" | "signed-out" | "other-person" | "forbidden"} Later
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
  return ask(address, { method: "POST", body });
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
    const response = await session.ask(address, { ...options, signal });
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
  const problem = session.problemOf(response);
  if (LATER.includes(problem)) return /** @type {Later} */ (problem);
  if (problem || response.status >= 500 || BUSY.includes(response.status)) return "offline";
  return OUTCOMES[response.status] ?? "refused";
}
