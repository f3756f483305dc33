// The counters, the line about what waits for the connection, and the end of the queue.

import { all, the } from "../../dom.js";

/**
 * As the server counts.
 * @typedef {object} Counts
 * @property {number} remaining
 * @property {boolean} is_exact
 * @property {boolean} is_minimum
 * @property {number | null} labelled
 * @property {number} others
 * @property {number} today  decisions of this person
 */

const number = new Intl.NumberFormat(document.documentElement.lang);

export class Progress {
  #page;
  #remaining = 0;
  #isExact = true;
  #isMinimum = false;

  /** @param {HTMLElement} page */
  constructor(page) {
    this.#page = page;
  }

  /**
   * What is still to be sent is done already.
   * @param {Counts} counts
   * @param {import("./outbox.js").Entry[]} unsent
   */
  show({ remaining, is_exact: isExact, is_minimum: isMinimum, labelled, others, today }, unsent) {
    const decided = unsent.filter((entry) => entry.action === "decide").length;
    this.#remaining = remaining - decided;
    this.#isExact = isExact;
    this.#isMinimum = isMinimum;
    this.count(0);
    this.#put("today", number.format(today + decided));
    this.#put("labelled", labelled === null ? "–" : `${Math.round(labelled * 100)}\u00a0%`);
    this.#find("others").hidden = !others;
    this.#put("others-count", number.format(others));
  }

  /** @param {number} step */
  count(step) {
    this.#remaining = Math.max(0, this.#remaining + step);
    const counted = number.format(this.#remaining);
    const older = this.#isExact ? counted : `≈\u00a0${counted}`; // than this page
    this.#put("remaining", this.#isMinimum ? `${counted}+` : older);
  }

  /**
   * @param {number} count
   * @param {import("./send.js").Outcome} outcome
   */
  showOutbox(count, outcome) {
    this.#find("offline").hidden = outcome !== "offline" || !count;
    for (const problem of ["signed-out", "other-person", "forbidden"]) {
      this.#find(problem).hidden = outcome !== problem;
    }
    for (const place of this.#page.querySelectorAll("[data-waiting]")) {
      place.textContent = number.format(count);
    }
  }

  /** @param {boolean} isEnd */
  showEnd(isEnd) {
    this.#find("end").hidden = !isEnd;
    for (const part of all("[data-work]", HTMLElement, this.#page)) part.hidden = isEnd;
  }

  /** @param {string} name */
  #find(name) {
    return the(`[data-${name}]`, HTMLElement, this.#page);
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #put(name, text) {
    this.#find(name).textContent = text;
  }
}
