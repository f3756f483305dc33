// What was refused stands before the photos, reason by reason, and is opened by who wants the names.
import { all, maybe, the } from "../dom.js";
import { cardsIn } from "./cards.js";

const section = the("[data-refusals]", HTMLElement);

/** How many files a card stands for: of many that were refused alike not each has one. */
export const refused = () =>
  cardsIn("refused").reduce((sum, card) => sum + Number(card.dataset.files ?? 1), 0);

function gather() {
  for (const card of cardsIn("refused")) {
    if (!section.contains(card)) namesOf(card).append(card);
  }
  const groups = all("details", HTMLElement, section);
  for (const group of groups) {
    const files = all(".card", HTMLElement, group).map((card) => Number(card.dataset.files ?? 1));
    const number = files.reduce((sum, each) => sum + each, 0);
    the("[data-number]", HTMLElement, group).textContent = String(number);
    if (!number) group.remove();
  }
  section.hidden = !section.querySelector("details");
}

/** @param {HTMLElement} card */
function namesOf(card) {
  const text = the("[data-text]", HTMLElement, card).textContent ?? "";
  const groups = all("details", HTMLElement, section);
  const group = groups.find(
    (one) => maybe("[data-reason]", HTMLElement, one)?.textContent === text,
  );
  if (group) return the("[data-names]", HTMLElement, group);
  const { content } = the("template", HTMLTemplateElement, section);
  const made = /** @type {HTMLElement} */ (the("details", HTMLElement, content).cloneNode(true));
  the("[data-reason]", HTMLElement, made).textContent = text;
  the("[data-groups]", HTMLElement, section).append(made);
  return the("[data-names]", HTMLElement, made);
}

document.addEventListener("ark:cards", gather);
gather();
