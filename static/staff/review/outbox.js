// What a reviewer did and the server does not know yet. It is kept in the browser, so that neither a
// lost connection nor a closed window loses any of it, and it is sent in order, one after the other.
import { LATER, post } from "./send.js";

const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;

/**
 * @typedef {import("./send.js").Answer} Answer
 * @typedef {import("./send.js").Outcome} Outcome
 * @typedef {"decide" | "annotate" | "skip" | "undo" | "note" | "ask"} Action
 */

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {Action} action
 * @property {string} photo
 * @property {import("./send.js").Fields} fields
 * @property {boolean} [isTried]
 */

/**
 * @typedef {object} Listeners
 * @property {(entry: Entry, answer: Answer) => void} answered
 * @property {(count: number, outcome: Outcome) => void} changed
 */

/**
 * What takes it back.
 * @param {Action} action
 * @param {string} id
 * @param {string} photo
 * @returns {{ action: Action, fields: import("./send.js").Fields }}
 */
export function opposite(action, id, photo) {
  if (action === "decide") return { action: "undo", fields: { decision: id } };
  return { action, fields: { photo, part: id, back: 1 } };
}

export class Outbox {
  #name;
  #addresses;
  #answered;
  #changed;
  /** @type {Map<string, Entry>} */
  #unsaved = new Map(); // what the storage did not take, because it is full or forbidden
  #isSending = false;
  /** @type {number | undefined} */
  #timer;
  #failures = 0;

  /**
   * @param {string} name
   * @param {Record<Action, string>} addresses  where to send each action
   * @param {Listeners} listeners
   */
  constructor(name, addresses, { answered, changed }) {
    this.#name = name;
    this.#addresses = addresses;
    this.#answered = answered;
    this.#changed = changed;
    window.addEventListener("beforeunload", (event) => {
      if (this.#unsaved.size) event.preventDefault();
    });
    window.addEventListener("online", () => this.send());
    window.addEventListener("focus", () => this.send());
  }

  get entries() {
    return this.#stored().map(([, entry]) => entry);
  }

  /** @param {Entry} entry */
  add(entry) {
    this.#save(`${this.#name}.${newPlace()}.${entry.id}`, entry);
    this.send();
  }

  /**
   * Whether the entry could be taken back before it was ever sent.
   * @param {string} id
   */
  withdraw(id) {
    const isHere = this.entries.some((entry) => entry.id === id && !entry.isTried);
    if (isHere) this.#drop(id);
    return isHere;
  }

  /**
   * What was seen of a photo is newer than what waiting decisions about it say.
   * @param {string} photo
   * @param {string} seen
   */
  saw(photo, seen) {
    for (const [key, entry] of this.#stored()) {
      if (entry.photo === photo && "seen" in entry.fields) {
        this.#save(key, { ...entry, fields: { ...entry.fields, seen } });
      }
    }
  }

  async send() {
    if (this.#isSending) return;
    this.#isSending = true;
    clearTimeout(this.#timer);
    const outcome = await alone(this.#name, () => this.#sendAll());
    this.#isSending = false;
    if (outcome !== "done") this.#wait(outcome);
    else if (this.entries.length) this.send();
  }

  /** @returns {Promise<Outcome>} */
  async #sendAll() {
    for (let stored = this.#stored(); stored.length; stored = this.#stored()) {
      const [key, entry] = stored[0];
      this.#save(key, { ...entry, isTried: true }); // the server may know of it, whatever comes
      const answer = await post(this.#addresses[entry.action], entry.fields);
      if (LATER.includes(answer.outcome)) return answer.outcome;
      this.#failures = 0;
      this.#drop(entry.id);
      this.#answered(entry, answer);
    }
    return "done";
  }

  // In order. Each entry has a key of its own, so that two tabs never write over each other's.
  #stored() {
    const stored = new Map([...saved(`${this.#name}.`), ...this.#unsaved]);
    return [...stored].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   */
  #save(key, entry) {
    try {
      localStorage.setItem(key, JSON.stringify(entry));
      this.#unsaved.delete(key);
    } catch {
      this.#unsaved.set(key, entry);
    }
  }

  /** @param {string} id */
  #drop(id) {
    for (const [key, entry] of this.#stored()) {
      if (entry.id === id) this.#forget(key);
    }
    this.#changed(this.entries.length, "done");
  }

  /** @param {string} key */
  #forget(key) {
    this.#unsaved.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // forbidden, so that nothing is there
    }
  }

  /** @param {Outcome} outcome */
  #wait(outcome) {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, MAX_WAIT_MS);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.send(), wait);
    this.#changed(this.entries.length, outcome);
  }
}

/**
 * @param {string} prefix
 * @returns {[string, Entry][]}
 */
function saved(prefix) {
  try {
    const found = Object.entries(localStorage).filter(([key]) => key.startsWith(prefix));
    return found.map(([key, text]) => [key, JSON.parse(text)]);
  } catch {
    return [];
  }
}

// Greater than all before, in this tab at least.
let last = 0;
function newPlace() {
  last = Math.max(Date.now(), last + 1);
  return String(last).padStart(15, "0");
}

/**
 * Two tabs of one person share the outbox; only one of them sends at a time.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function alone(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
