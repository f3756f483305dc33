// What a reviewer did and the server does not know yet. It is kept in the browser, so that neither a
// lost connection nor a closed window loses any of it, and it is sent in order, one after the other.
import { post } from "./send.js";

const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;

// An entry: { id, action, photo, fields }; `addresses` says where to send each action.
export class Outbox {
  #name;
  #addresses;
  #answered;
  #changed;
  #unsaved = new Map(); // what the storage did not take, because it is full or forbidden
  #isSending = false;
  #timer = null;
  #failures = 0;

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

  add(entry) {
    this.#save(`${this.#name}.${newPlace()}.${entry.id}`, entry);
    this.send();
  }

  // Whether the entry could be taken back before it was ever sent.
  withdraw(id) {
    const entry = this.entries.find((it) => it.id === id);
    const isHere = Boolean(entry) && !entry.isTried;
    if (isHere) this.#drop(id);
    return isHere;
  }

  // What was seen of a photo is newer than what waiting decisions about it say.
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

  async #sendAll() {
    for (let first; (first = this.#stored()[0]); ) {
      const [key, entry] = first;
      this.#save(key, { ...entry, isTried: true }); // the server may know of it, whatever comes
      const answer = await post(this.#addresses[entry.action], entry.fields);
      if (["offline", "signed-out"].includes(answer.outcome)) return answer.outcome;
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

  #save(key, entry) {
    try {
      localStorage.setItem(key, JSON.stringify(entry));
      this.#unsaved.delete(key);
    } catch {
      this.#unsaved.set(key, entry);
    }
  }

  #drop(id) {
    for (const [key, entry] of this.#stored()) {
      if (entry.id === id) this.#forget(key);
    }
    this.#changed(this.entries.length, "done");
  }

  #forget(key) {
    this.#unsaved.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // forbidden, so that nothing is there
    }
  }

  #wait(outcome) {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, MAX_WAIT_MS);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.send(), wait);
    this.#changed(this.entries.length, outcome);
  }
}

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

// Two tabs of one person share the outbox; only one of them sends at a time.
function alone(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
