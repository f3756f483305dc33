// A dialog to find a label by its English or Chinese name: templates/staff/review/_picker.html.

import { around, childrenOf, maybe, the } from "../../dom.js";

/** @typedef {{ slug: string, name: string }} Picked */

/**
 * Resolves to null if the dialog was closed.
 * @param {HTMLDialogElement} dialog
 */
export function pickLabel(dialog) {
  const picker = new Picker(dialog);
  return picker.ask();
}

class Picker {
  /** @type {(picked: Picked | null) => void} */
  resolve = () => {};

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    this.input = the("input", HTMLInputElement, dialog);
    this.list = the("[role=listbox]", HTMLElement, dialog);
    this.none = the("[data-none]", HTMLElement, dialog);
    this.options = childrenOf(this.list).sort((a, b) => placeOf(a) - placeOf(b));
    this.listening = new AbortController();
  }

  /** @returns {Promise<Picked | null>} */
  ask() {
    this.listen(this.input, "input", () => this.filter());
    this.listen(this.input, "keydown", (event) => this.press(event));
    this.listen(this.list, "click", (event) => this.pick(around(event, "[role=option]")));
    this.listen(this.dialog, "close", () => this.finish(null));
    this.input.value = "";
    this.filter();
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /**
   * @template {keyof HTMLElementEventMap} E
   * @param {HTMLElement} target
   * @param {E} event
   * @param {(event: HTMLElementEventMap[E]) => void} act
   */
  listen(target, event, act) {
    target.addEventListener(event, act, { signal: this.listening.signal });
  }

  /**
   * Before the next key is pressed: the event `close` would come later.
   * @param {Picked | null} picked
   */
  finish(picked) {
    this.listening.abort();
    this.dialog.close();
    this.resolve(picked);
  }

  filter() {
    const text = plain(this.input.value.trim());
    const found = this.options
      .map((option) => ({ option, rank: rankOf(option, text) }))
      .sort((a, b) => a.rank - b.rank);
    for (const { option, rank } of found) option.hidden = rank === Infinity;
    this.list.append(...found.map(({ option }) => option));
    this.none.hidden = found[0]?.rank < Infinity;
    this.activate(this.shown[0]);
  }

  get shown() {
    return childrenOf(this.list).filter((option) => !option.hidden);
  }

  get active() {
    return maybe("[aria-selected=true]", HTMLElement, this.list);
  }

  /** @param {HTMLElement | null | undefined} option */
  activate(option) {
    this.active?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.isComposing || event.keyCode === 229) return; // a Chinese word is being put together
    /** @type {Record<string, number>} */
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      const place = this.active ? this.shown.indexOf(this.active) : -1;
      this.activate(this.shown[place + steps[event.key]] ?? this.active);
    } else if (event.key === "Enter") this.pick(this.active);
    else if (event.key === "Escape") this.finish(null);
    else return;
    event.preventDefault();
  }

  /** @param {HTMLElement | null} option */
  pick(option) {
    if (!option) return;
    const { slug = "", name = "" } = option.dataset;
    this.finish({ slug, name });
  }
}

/** @param {HTMLElement} option */
const placeOf = (option) => Number(option.dataset.place);

/**
 * However it is written: an accent may be a character of its own.
 * @param {string} text
 */
const plain = (text) => text.normalize("NFC").toLowerCase();

/**
 * 0: is the text, 1: begins with it, 2: a word begins with it, 3: holds it.
 * @param {HTMLElement} option
 * @param {string} text
 */
function rankOf(option, text) {
  const { names = "" } = option.dataset;
  return Math.min(...names.split("|").map((name) => rankOfName(plain(name), text)));
}

/**
 * @param {string} name
 * @param {string} text
 */
function rankOfName(name, text) {
  if (name === text) return 0;
  if (name.startsWith(text)) return 1;
  if (name.includes(` ${text}`)) return 2;
  return name.includes(text) ? 3 : Infinity;
}
