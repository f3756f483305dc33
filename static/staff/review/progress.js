// The counters, the line about what waits for the connection, and the end of the queue.

const number = new Intl.NumberFormat(document.documentElement.lang);

export class Progress {
  #page;
  #remaining = 0;
  #isExact = true;

  constructor(page) {
    this.#page = page;
  }

  // As the server counts; what is still to be sent is done already.
  show({ remaining, is_exact: isExact, labelled, others }, unsent) {
    const decided = unsent.filter((entry) => entry.action === "decide").length;
    this.#remaining = remaining - decided;
    this.#isExact = isExact;
    this.count(0);
    this.#put("labelled", labelled === null ? "–" : `${Math.floor(labelled * 100)}\u00a0%`);
    this.#find("others").hidden = !others;
    this.#put("others-count", number.format(others));
  }

  count(step) {
    this.#remaining = Math.max(0, this.#remaining + step);
    this.#put("remaining", number.format(this.#remaining) + (this.#isExact ? "" : " +"));
  }

  showOutbox(count, outcome) {
    this.#find("offline").hidden = outcome !== "offline" || !count;
    this.#find("signed-out").hidden = outcome !== "signed-out";
    for (const place of this.#page.querySelectorAll("[data-waiting]")) {
      place.textContent = number.format(count);
    }
  }

  showEnd(isEnd) {
    this.#find("end").hidden = !isEnd;
    for (const part of this.#page.querySelectorAll("[data-work]")) part.hidden = isEnd;
  }

  #find(name) {
    return this.#page.querySelector(`[data-${name}]`);
  }

  #put(name, text) {
    this.#find(name).textContent = text;
  }
}
