// A dialog to find a label by its English or Chinese name: templates/staff/review/_picker.html.

import { around, childrenOf, maybe, the } from "../../dom.js";
import { isCalled, labelOf, labelsIn, lineageOf, placeOf, plain } from "../../labels/known.js";
import { createLabel, mayCreate, offerText } from "../../labels/new-label.js";

const MOST_PLACES = 2; // where a new one may stand

/**
 * `below`: what was said of the photo, by its slug. `said`: all that the network says.
 * @typedef {{ below: string, said: string[], atHand: import("./at-hand.js").AtHand }} Place
 * @typedef {import("../../labels/known.js").Label} Label
 */

/**
 * Resolves to null if the dialog was closed.
 * @param {HTMLDialogElement} dialog
 * @param {Place} place
 */
export function pickLabel(dialog, place) {
  const picker = new Picker(dialog, place);
  return picker.ask();
}

class Picker {
  /** @type {(picked: Label | null) => void} */
  resolve = () => {};

  /**
   * @param {HTMLDialogElement} dialog
   * @param {Place} place
   */
  constructor(dialog, place) {
    this.dialog = dialog;
    this.place = place;
    this.input = the("input", HTMLInputElement, dialog);
    this.list = the("[role=listbox]", HTMLElement, dialog);
    this.none = the("[data-none]", HTMLElement, dialog);
    this.pinButton = the("[data-pin-active]", HTMLElement, dialog);
    this.options = childrenOf(this.list).sort((a, b) => orderOf(a) - orderOf(b));
    this.listening = new AbortController();
  }

  /** @returns {Promise<Label | null>} */
  ask() {
    this.listen(this.input, "input", () => this.filter());
    this.listen(this.input, "keydown", (event) => this.press(event));
    this.listen(this.list, "click", (event) => this.pick(around(event, "[role=option]")));
    this.listen(this.pinButton, "click", () => this.pin());
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
   * @param {Label | null} picked
   */
  finish(picked) {
    this.listening.abort();
    this.withdrawOffers();
    this.dialog.close();
    this.resolve(picked);
  }

  filter() {
    const text = plain(this.input.value);
    const found = this.options
      .map((option) => ({ option, rank: text ? rankOf(option, text) : this.rankAtHand(option) }))
      .sort((a, b) => a.rank - b.rank);
    for (const { option, rank } of found) option.hidden = rank === Infinity;
    this.list.append(...found.map(({ option }) => option));
    this.offerNew();
    this.none.hidden = found[0]?.rank < Infinity;
    // A name that is mistyped creates nothing: that has to be gone to.
    this.activate(this.shown.find((option) => !option.classList.contains("is-new")));
  }

  /**
   * Before anything is typed: pinned labels, then those used of late, then what the network says.
   * @param {HTMLElement} option
   */
  rankAtHand(option) {
    const { slug } = labelOf(option);
    const { said, atHand } = this.place;
    const groups = { pinned: atHand.pinned, recent: atHand.recent, said };
    const why = Object.entries(groups).find(([, slugs]) => slugs.includes(slug))?.[0] ?? "";
    the("[data-why]", HTMLElement, option).textContent =
      /** @type {Record<string, string>} */ ({
        pinned: this.list.dataset.textPinned,
        recent: this.list.dataset.textRecent,
        said: this.list.dataset.textSaid,
      })[why] ?? "";
    const inOrder = Object.values(groups).flat().indexOf(slug);
    return inOrder < 0 ? Number.MAX_VALUE : inOrder;
  }

  withdrawOffers() {
    for (const offer of childrenOf(this.list))
      if (offer.classList.contains("is-new")) offer.remove();
  }

  /** What is typed and called so by no label can become one, below where one stands. */
  offerNew() {
    this.withdrawOffers();
    const name = this.input.value.trim();
    const labels = labelsIn(this.list);
    const isThere = [...labels.values()].some((label) => isCalled(label, name));
    if (!name || isThere || !mayCreate()) return;
    const said = labels.get(this.place.below);
    const lineage = lineageOf(labels, this.place.below).slice(0, MOST_PLACES);
    const places = lineage.length ? lineage : [undefined];
    this.list.append(
      ...places.map((below, index) => offerOf(name, below, placeOf(below, said), index)),
    );
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
    this.showPin();
  }

  showPin() {
    const { slug, name } = labelOf(this.active ?? this.input);
    const { textPin = "", textUnpin = "" } = this.pinButton.dataset;
    const isPinned = this.place.atHand.pinned.includes(slug);
    this.pinButton.hidden = !slug;
    this.pinButton.textContent = (isPinned ? textUnpin : textPin).replace("{label}", name);
  }

  async pin() {
    if (!this.active) return;
    const { slug } = labelOf(this.active);
    const { atHand } = this.place;
    await atHand.pin(slug, !atHand.pinned.includes(slug));
    this.showPin();
    this.input.focus();
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
    if (option?.dataset.create !== undefined) this.create(option.dataset.create);
    else if (option) this.finish(labelOf(option));
  }

  /** @param {string} place */
  async create(place) {
    const made = await createLabel(this.input.value.trim(), place);
    if (!made) return this.input.focus();
    this.list.append(optionOf(made, this.options.length));
    this.finish(made);
  }
}

/** @param {HTMLElement} option */
const orderOf = (option) => Number(option.dataset.place);

/**
 * @param {string} name
 * @param {Label | undefined} below
 * @param {string} place
 * @param {number} index
 */
function offerOf(name, below, place, index) {
  const option = document.createElement("li");
  option.role = "option";
  option.id = `picker-new-${index}`;
  option.className = "is-new";
  option.ariaSelected = "false";
  option.dataset.create = place;
  option.textContent = offerText(name, below);
  return option;
}

/**
 * @param {Label} label
 * @param {number} place
 */
function optionOf(label, place) {
  const option = document.createElement("li");
  option.role = "option";
  option.id = `picker-${label.slug}`;
  option.ariaSelected = "false";
  Object.assign(option.dataset, label, { place: String(place) });
  option.append(
    ...label.names
      .split("|")
      .slice(0, -1)
      .map((name) => Object.assign(document.createElement("span"), { textContent: name })),
    Object.assign(document.createElement("span"), { className: "review-muted" }),
  );
  the("span:last-child", HTMLElement, option).dataset.why = "";
  return option;
}

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
