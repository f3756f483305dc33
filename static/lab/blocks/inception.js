// An inception module, touchable: its branches can be switched off.
import { the } from "../../dom.js";
import { BLOCKS, BRANCHES, convolutionsOf, weightsOf } from "../arithmetic/inception.js";
import { filledIn, whole } from "../numbers.js";
import { fieldOf, figure, numberOf, say, shownBy } from "./parts.js";

/**
 * @typedef {import("../arithmetic/inception.js").Branch} Branch
 * @typedef {import("../arithmetic/inception.js").Convolution} Convolution
 */

const section = figure("inception");

/** @param {Branch} branch */
const cardOf = (branch) => the(`[data-branch="${branch}"]`, HTMLElement, section);

/** @param {Branch} branch */
const isOn = (branch) => the("[data-on]", HTMLInputElement, cardOf(branch)).checked;

const block = () => BLOCKS[fieldOf(section, "block").value];

function isNarrowed() {
  return the('[data-choice="narrowed"]', HTMLInputElement, section).checked;
}

/**
 * @param {Branch} branch
 * @param {boolean} narrowed
 */
const layersOf = (branch, narrowed) =>
  convolutionsOf(block(), branch, { isNarrowed: narrowed, wide: numberOf(section, "wide") });

/** @param {Convolution[]} convolutions */
const weigh = (convolutions) => convolutions.reduce((sum, one) => sum + weightsOf(one), 0);

/**
 * Of all branches that are switched on.
 * @param {boolean} narrowed
 */
const weightsWith = (narrowed) =>
  weigh(BRANCHES.filter(isOn).flatMap((branch) => layersOf(branch, narrowed)));

function show() {
  for (const branch of BRANCHES) showBranch(branch);
  const wide = numberOf(section, "wide");
  the("[data-title]", HTMLElement, cardOf("five")).textContent = `${wide} × ${wide}`;
  const { side, from } = block();
  const parts = BRANCHES.filter(isOn).map((branch) => block()[branch]);
  const total = parts.reduce((sum, part) => sum + part, 0);
  const sum = parts.length > 1 ? `${parts.join(" + ")} = ${total}` : String(total);
  const stack = the("[data-stack]", HTMLElement, section);
  stack.setAttribute("aria-label", filledIn(stack.dataset.text, { sum }));
  const all = BRANCHES.reduce((most, branch) => most + block()[branch], 0);
  the("[data-rest]", HTMLElement, stack).style.flexGrow = String(all - total);
  say(section, "sum", { sum, side, from });
  const [weights, other] = [isNarrowed(), !isNarrowed()].map(weightsWith).map(whole);
  say(section, "weights", { weights, other, from }, isNarrowed() ? "text" : "textWide");
}

/** @param {Branch} branch */
function showBranch(branch) {
  const layers = layersOf(branch, isNarrowed());
  const card = cardOf(branch);
  card.classList.toggle("is-off", !isOn(branch));
  const way = the("[data-way]", HTMLElement, card);
  const { from } = block();
  const products = layers.map(({ from, to, kernel }) => `${from}×${to}×${kernel}×${kernel}`);
  way.textContent = filledIn(way.dataset.text, {
    way: [from, ...layers.map(({ to }) => to)].join(" → "),
    sum: products.join(" + "),
    weights: whole(weigh(layers)),
  });
  const part = the(`[data-part="${branch}"]`, HTMLElement, section);
  const channels = isOn(branch) ? block()[branch] : 0;
  part.hidden = !channels;
  part.style.flexGrow = String(channels);
  part.textContent = String(channels);
}

shownBy(section, show);
