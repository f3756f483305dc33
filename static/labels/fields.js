// Beside an input that completes labels, a button creates the one that is typed and not there yet:
// templates/_labels.html.
import { maybe } from "../dom.js";
import { isCalled, labelsIn, lineageOf, placeOf } from "./known.js";
import { createLabel, offerText } from "./new-label.js";

/** @type {WeakMap<HTMLInputElement, HTMLButtonElement>} */
const buttons = new WeakMap();

/** @param {HTMLInputElement} input */
function offer(input) {
  const list = maybe("datalist#labels", HTMLDataListElement);
  if (!list) return;
  const labels = labelsIn(list);
  const name = input.value.trim();
  const isThere = [...labels.values()].some((label) => isCalled(label, name));
  if (!name || isThere) return withdraw(input);
  const around = input.closest("[data-below]");
  const slug = around instanceof HTMLElement ? (around.dataset.below ?? "") : "";
  const [below] = lineageOf(labels, slug);
  const button = buttons.get(input) ?? makeButton(input);
  button.textContent = offerText(name, below);
  button.onclick = async () => {
    const made = await createLabel(name, placeOf(below, labels.get(slug)));
    input.focus();
    if (!made) return;
    const option = new Option(made.names.replaceAll("|", " · "), made.slug);
    Object.assign(option.dataset, made);
    list.append(option);
    input.value = made.slug;
    withdraw(input);
  };
}

/** @param {HTMLInputElement} input */
function makeButton(input) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "new-label-offer";
  (input.closest("label") ?? input).after(button);
  buttons.set(input, button);
  return button;
}

/** @param {HTMLInputElement} input */
function withdraw(input) {
  buttons.get(input)?.remove();
  buttons.delete(input);
}

// Some of these inputs come later, with an answer of the server.
document.addEventListener("input", ({ target }) => {
  if (target instanceof HTMLInputElement && target.getAttribute("list") === "labels") offer(target);
});
