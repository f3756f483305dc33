// The labels of the map with their colours and counts: each can be hidden, lit up and chosen.
import { all, maybe, the } from "../../dom.js";
import { drawSwatch } from "./look.js";

/**
 * @typedef {import("./points.js").Points} Points
 * @typedef {{ onChange: () => void, onLight: (label: number) => void, onChoose: (label: number) => void }} Reactions
 */

export class Legend {
  #part;
  #rows;
  #reactions;
  /** @type {Set<string>} slugs */
  #hidden = new Set();
  kind = "";
  which = "";

  /** @param {HTMLElement} part @param {Reactions} reactions */
  constructor(part, reactions) {
    this.#part = part;
    this.#rows = the("[data-rows]", HTMLElement, part);
    this.#reactions = reactions;
    for (const button of all("[data-show]", HTMLElement, part)) {
      button.addEventListener("click", () => this.#turnAll(button.dataset.show === "all"));
    }
  }

  /** @param {Points} points */
  show(points) {
    const counts = points.counts();
    const template = the("template", HTMLTemplateElement, this.#part);
    this.#rows.replaceChildren(
      ...points.labels.map((label, number) => {
        const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
        const { labelled = 0, waiting = 0 } = counts[number] ?? {};
        fill(copy, label.name, waiting ? `${labelled} (${waiting})` : `${labelled}`);
        const row = the("li", HTMLElement, copy);
        row.dataset.kind = label.kind;
        drawSwatch(the("path", SVGPathElement, row), number);
        this.#listen(row, label.slug, number);
        the("a", HTMLAnchorElement, row).href = this.#address(label.slug);
        return row;
      }),
    );
    this.#hideRows();
  }

  // Which points are shown, by label, kind, and whether people have labelled them.
  /** @param {Points} points */
  filter(points) {
    const isIn = points.labels.map(
      ({ slug, kind }) => !this.#hidden.has(slug) && ["", kind].includes(this.kind),
    );
    for (let i = 0; i < points.count; i++) {
      const fits = !this.which || (this.which === "labelled") === (points.isLabelled[i] === 1);
      points.isShown[i] = fits && isIn[points.labelOf[i] ?? 0] ? 1 : 0;
      if (!points.isShown[i]) points.isChosen[i] = 0;
    }
    this.#hideRows();
  }

  /** @param {HTMLElement} row @param {string} slug @param {number} number */
  #listen(row, slug, number) {
    const box = the("input", HTMLInputElement, row);
    box.checked = !this.#hidden.has(slug);
    box.addEventListener("change", () => {
      if (box.checked) this.#hidden.delete(slug);
      else this.#hidden.add(slug);
      box.dataset.slug = slug;
      this.#reactions.onChange();
    });
    box.dataset.slug = slug;
    row.addEventListener("pointerenter", () => this.#reactions.onLight(number));
    row.addEventListener("pointerleave", () => this.#reactions.onLight(-1));
    row.addEventListener("focusin", () => this.#reactions.onLight(number));
    row.addEventListener("focusout", () => this.#reactions.onLight(-1));
    the("[data-choose]", HTMLElement, row).addEventListener("click", () =>
      this.#reactions.onChoose(number),
    );
  }

  /** @param {boolean} isShown */
  #turnAll(isShown) {
    for (const box of all("input", HTMLInputElement, this.#rows)) {
      if (box.closest("li")?.hidden) continue;
      box.checked = isShown;
      const slug = box.dataset.slug ?? "";
      if (isShown) this.#hidden.delete(slug);
      else this.#hidden.add(slug);
    }
    this.#reactions.onChange();
  }

  #hideRows() {
    for (const row of all("li", HTMLElement, this.#rows)) {
      row.hidden = !["", row.dataset.kind].includes(this.kind);
    }
  }

  /** @param {string} slug */
  #address(slug) {
    return `${this.#part.dataset.queue}${encodeURIComponent(slug)}`;
  }
}

/** @param {ParentNode} row @param {string} name @param {string} count */
function fill(row, name, count) {
  the("[data-name]", HTMLElement, row).textContent = name;
  the("[data-count]", HTMLElement, row).textContent = count;
  for (const within of ["[data-choose]", "[data-review]"]) {
    const hidden = maybe(`${within} .review-hidden`, HTMLElement, row);
    if (hidden) hidden.textContent = ` ${name}`;
  }
}
