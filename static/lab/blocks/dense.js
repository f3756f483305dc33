// Dense connections, touchable: what each layer of a block sees.
import { the } from "../../dom.js";
import { channelsAfter, seenBy, weightsOfLayer } from "../arithmetic/dense.js";
import { filledIn, whole } from "../numbers.js";
import { fieldOf, figure, numberOf, say, shownBy, tell } from "./parts.js";

/** @typedef {import("../arithmetic/dense.js").DenseBlock} DenseBlock */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 360;
const ROW = 26;
const BAR = 18;
const LEFT = 34; // for the numbers of the layers
const HUES = 6;

const section = figure("dense");
const picture = the("[data-dense]", SVGElement, section);
const chosen = fieldOf(section, "layer");

/** @returns {DenseBlock} */
const block = () => ({
  start: numberOf(section, "start"),
  growth: numberOf(section, "growth"),
  layers: numberOf(section, "layers"),
});

function show() {
  const made = block();
  if (chosen instanceof HTMLInputElement) chosen.max = String(made.layers);
  const layer = numberOf(section, "layer");
  tell(section, "layers", made.layers);
  tell(section, "layer", layer);
  draw(made, layer);
  sayAll(made, layer);
}

/**
 * A row for each layer, made of what it sees, and last what it adds.
 * @param {DenseBlock} block
 * @param {number} layer that is looked at
 */
function draw(block, layer) {
  picture.setAttribute("viewBox", `0 0 ${WIDTH} ${block.layers * ROW}`);
  const scale = (WIDTH - LEFT) / channelsAfter(block);
  const rows = Array.from({ length: block.layers }, (_, at) => rowOf(block, at + 1, scale));
  rows[layer - 1].classList.add("is-chosen");
  picture.replaceChildren(...rows);
}

/**
 * @param {DenseBlock} block
 * @param {number} layer
 * @param {number} scale
 */
function rowOf(block, layer, scale) {
  const { start, growth } = block;
  const row = made("g", { transform: `translate(0 ${(layer - 1) * ROW})` });
  row.dataset.row = String(layer);
  const number = made("text", { x: LEFT - 8, y: ROW / 2 });
  number.textContent = String(layer);
  row.append(made("rect", { class: "behind", width: WIDTH, height: ROW }), number);
  for (let source = 0; source <= layer; source++) {
    const from = source ? start + (source - 1) * growth : 0;
    const part = made("rect", {
      class: source === layer ? "adds" : "sees",
      x: LEFT + from * scale,
      y: (ROW - BAR) / 2,
      width: (source ? growth : start) * scale,
      height: BAR,
    });
    part.dataset.hue = String(source ? (source - 1) % HUES : "start");
    row.append(part);
  }
  return row;
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function made(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (!(element instanceof SVGElement)) throw new Error(`no ${name}`);
  return element;
}

/**
 * @param {DenseBlock} block
 * @param {number} layer
 */
function sayAll(block, layer) {
  const { between, weights } = weightsOfLayer(block, layer);
  const values = { ...block, layer, before: layer - 1, seen: seenBy(block, layer), between };
  say(section, "layer", values);
  say(section, "block", { ...block, channels: channelsAfter(block) });
  say(section, "weights", { ...values, weights: whole(weights) });
  const counts = Array.from({ length: block.layers }, (_, at) => seenBy(block, at + 1));
  const channels = [...counts, channelsAfter(block)].join(", ");
  picture.setAttribute("aria-label", filledIn(picture.dataset.text, { channels }));
}

const changed = shownBy(section, show);
picture.addEventListener("click", ({ target }) => {
  const row = target instanceof Element ? target.closest("[data-row]") : null;
  if (!(row instanceof SVGElement)) return;
  chosen.value = row.dataset.row ?? "1";
  changed();
});
