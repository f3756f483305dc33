// The page of the map: its points, its tools, and what is done with what was chosen.
import { all, around, maybe, the } from "../../dom.js";
import * as session from "../../session.js";
import { Card } from "./card.js";
import { Drawing } from "./drawing.js";
import { Lasso } from "./lasso.js";
import { Legend } from "./legend.js";
import { Points } from "./points.js";

/** @typedef {import("./points.js").Point} Point */

const REACH = 12; // pixels around a point
const MOVED = 5; // pixels; less was a click
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** @type {Record<string, number>} */
const ZOOMS = { "+": 1, "=": 1, "-": -1, 0: 0 };

const board = the("[data-map]", HTMLElement);
const frame = the("[data-frame]", HTMLElement, board);
const root = the("[data-root]", HTMLElement, board);
const part = the("[data-chosen-part]", HTMLElement, board);
const nothing = part.innerHTML;
const most = Number(board.dataset.most);
const seenKey = `ark-map-${board.dataset.made}`;
const card = new Card(the("[data-card]", HTMLElement, board), board.dataset.photo ?? "");
const lasso = new Lasso(root, the("[data-lasso]", SVGSVGElement, board), drawn);
const legend = new Legend(the("[data-legend]", HTMLElement, board), {
  onChange: filter,
  onLight: (label) => drawing?.light(label),
  onChoose: chooseLabel,
});

let points = new Points({ labels: [], ids: "", places: "", labelOf: "" });
/** @type {Drawing | null} */
let drawing = null;

async function fetchPoints() {
  const response = await session.ask(board.dataset.points ?? "");
  if (!response.ok) throw new Error(`The points cannot be had: ${response.status}`);
  points = new Points(await response.json());
  legend.show(points);
  legend.filter(points);
}

async function begin() {
  await fetchPoints();
  if (document.createElement("canvas").getContext("webgl2")) {
    drawing = new Drawing(root, points, seen(), remember);
    // For measurements and tests.
    Object.assign(frame, { drawing });
  } else {
    frame.hidden = true;
    the("[data-no-webgl]", HTMLElement).hidden = false;
  }
  the("[data-wait]", HTMLElement, board).hidden = true;
  board.dataset.ready = "";
}

async function again() {
  card.forget();
  await fetchPoints();
  drawing?.replace(points);
}

function filter() {
  card.hide();
  legend.filter(points);
  drawing?.show();
}

/** @param {Point[]} corners @param {boolean} adds */
function drawn(corners, adds) {
  if (!drawing) return;
  const { at } = drawing;
  choose(points.inside(corners.map((corner) => at.call(drawing, corner))), adds);
}

/** @param {number} label */
function chooseLabel(label) {
  const numbers = points.labelOf.keys();
  choose([...numbers].filter((i) => points.isShown[i] && points.labelOf[i] === label));
}

/** @param {number[]} numbers @param {boolean} [adds] */
function choose(numbers, adds = false) {
  if (!adds) points.isChosen.fill(0);
  for (const number of numbers) points.isChosen[number] = 1;
  const chosen = [...points.isChosen.keys()].filter((i) => points.isChosen[i]);
  for (const number of chosen.slice(most)) points.isChosen[number] = 0;
  card.hide();
  drawing?.show();
  if (!chosen.length) {
    part.innerHTML = nothing;
    return;
  }
  const ids = chosen.slice(0, most).map((number) => points.id(number));
  const values = { photos: ids.join(" "), of: chosen.length };
  const { htmx } = /** @type {any} */ (globalThis);
  htmx.ajax("POST", board.dataset.chosen, { target: part, source: part, values });
}

// Hover, click and keys

/** @param {PointerEvent} event */
function under(event) {
  if (!drawing) return -1;
  return points.nearest(drawing.at(pixelsOf(event)), REACH / drawing.scale);
}

/** @param {MouseEvent} event @returns {Point} */
function pixelsOf({ clientX, clientY }) {
  const { left, top } = root.getBoundingClientRect();
  return [clientX - left, clientY - top];
}

/** @type {Point} */
let pressed = [0, 0];
let asked = 0;

/** @param {PointerEvent} event */
function hover(event) {
  if (event.pointerType === "touch" || event.buttons || lasso.isBusy || card.isHeld) return;
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(() => {
    const number = under(event);
    if (number < 0) card.hide();
    else if (drawing) card.show(points.id(number), drawing.pixels(number));
  });
}

/** @param {PointerEvent} event */
function release(event) {
  const [x, y] = pixelsOf(event);
  if (Math.hypot(x - pressed[0], y - pressed[1]) > MOVED) return;
  const number = under(event);
  if (number < 0) card.hide();
  else if (drawing) card.show(points.id(number), drawing.pixels(number), true);
}

/** @param {KeyboardEvent} event */
function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = ARROWS[event.key];
  const steps = ZOOMS[event.key];
  if (arrow) drawing?.move(...arrow);
  else if (steps !== undefined) drawing?.zoom(steps);
  else if (event.key === "Escape") choose([]);
  else return;
  event.preventDefault();
}

// What was seen last in this tab stands so again when one comes back.

function remember() {
  card.hide();
  if (drawing) sessionStorage.setItem(seenKey, JSON.stringify(drawing.view));
}

function seen() {
  const kept = sessionStorage.getItem(seenKey);
  return kept ? JSON.parse(kept) : null;
}

root.addEventListener("pointermove", hover);
root.addEventListener("pointerdown", (event) => {
  pressed = pixelsOf(event);
});
root.addEventListener("pointerup", release);
root.addEventListener("pointerleave", () => card.isHeld || card.hide());
frame.addEventListener("keydown", key);
for (const input of all("[name=tool]", HTMLInputElement, board)) {
  input.addEventListener("change", () => {
    lasso.tool = frame.dataset.tool = input.value;
    drawing?.letMove(input.value === "move");
  });
}
for (const name of /** @type {const} */ (["kind", "which"])) {
  const select = the(`[name=${name}]`, HTMLSelectElement, board);
  select.addEventListener("change", () => {
    legend[name] = select.value;
    filter();
  });
}
board.addEventListener("click", (event) => {
  const zoom = around(event, "[data-zoom]")?.dataset.zoom;
  if (zoom) drawing?.zoom(Number(zoom));
  if (around(event, "[data-clear]")) choose([]);
  if (around(event, "[data-choose-shown]")) {
    choose([...points.isShown.keys()].filter((i) => points.isShown[i]));
  }
});
document.addEventListener("ark:labels-changed", again);
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== part) return;
  const heading = maybe("[data-heading]", HTMLElement, part);
  the("[data-told]", HTMLElement, board).textContent = heading?.textContent ?? "";
  // What had the focus may be gone.
  if (document.activeElement === document.body) part.focus({ preventScroll: true });
});
begin().catch(() => session.tell("lost"));
