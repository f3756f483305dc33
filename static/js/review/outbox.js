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
  #unsaved = null; // instead of the storage, where that is forbidden
  #isSending = false;
  #tried = new Set(); // the server may know of these, even if no answer came
  #timer = null;
  #failures = 0;

  constructor(name, addresses, { answered, changed }) {
    this.#name = name;
    this.#addresses = addresses;
    this.#answered = answered;
    this.#changed = changed;
    if (!canStore(name)) this.#unsaved = [];
    window.addEventListener("online", () => this.send());
    window.addEventListener("focus", () => this.send());
  }

  get entries() {
    return this.#unsaved ?? JSON.parse(localStorage.getItem(this.#name)) ?? [];
  }

  set entries(entries) {
    if (this.#unsaved) this.#unsaved = entries;
    else localStorage.setItem(this.#name, JSON.stringify(entries));
  }

  add(entry) {
    this.entries = [...this.entries, entry];
    this.send();
  }

  // Whether the entry could be taken back before it was ever sent.
  withdraw(id) {
    const isHere = !this.#tried.has(id) && this.entries.some((entry) => entry.id === id);
    if (isHere) this.#drop(id);
    return isHere;
  }

  // What was seen of a photo is newer than what waiting decisions about it say.
  saw(photo, seen) {
    this.entries = this.entries.map((entry) =>
      entry.photo === photo && "seen" in entry.fields
        ? { ...entry, fields: { ...entry.fields, seen } }
        : entry,
    );
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
    for (let entry; (entry = this.entries[0]); ) {
      this.#tried.add(entry.id);
      const answer = await post(this.#addresses[entry.action], entry.fields);
      if (["offline", "signed-out"].includes(answer.outcome)) return answer.outcome;
      this.#failures = 0;
      this.#drop(entry.id);
      this.#answered(entry, answer);
    }
    return "done";
  }

  #drop(id) {
    this.entries = this.entries.filter((entry) => entry.id !== id);
    this.#changed(this.entries.length, "done");
  }

  #wait(outcome) {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, MAX_WAIT_MS);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.send(), wait);
    this.#changed(this.entries.length, outcome);
  }
}

function canStore(name) {
  try {
    localStorage.setItem(name, localStorage.getItem(name) ?? "[]");
    return true;
  } catch {
    return false;
  }
}

// Two tabs of one person share the outbox; only one of them sends at a time.
function alone(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
