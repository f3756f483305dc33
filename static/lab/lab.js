// The laboratory's first bench: a picture, its convolution, ReLU, pooling.
import { all, the } from "../dom.js";
import { calculated, setUp } from "./bench.js";
import { tellItIsDrawn, wire } from "./controls.js";
import { choosable, movedBy, placeUnder, within } from "./places.js";
import { brushValue, showAll } from "./showing.js";
import { soon } from "./soon.js";

/** @typedef {import("./drawing.js").Place} Place */

const MAPS = /** @type {const} */ (["convolution", "relu", "pooling"]);
const bench = setUp();
const state = {
  bench,
  results: calculated(bench),
  drawnAt: /** @type {Place | null} */ (null), // where the keyboard draws
  chosen: { convolution: { row: 5, column: 8 }, pooling: { row: 2, column: 4 } },
};

const changed = soon(() => {
  state.results = calculated(bench);
  showAll(state);
});

/** @param {(typeof MAPS)[number]} map */
const mapOf = (map) => (map === "pooling" ? state.results.pooled : state.results.convolved);

/** @param {(typeof MAPS)[number]} map */
function wireMap(map) {
  const key = map === "pooling" ? map : "convolution"; // ReLU moves nothing
  const grid = () => ({ rows: mapOf(map).height, columns: mapOf(map).width });
  const choose = (/** @type {Place} */ place) => {
    state.chosen[key] = place;
    changed();
  };
  const canvas = the(`[data-map="${map}"]`, HTMLCanvasElement);
  choosable(canvas, grid, () => within(grid(), state.chosen[key]), choose);
  const [row, column] = ["row", "column"].map((side) =>
    the(`[data-${side}="${map}"]`, HTMLInputElement),
  );
  const take = () => {
    if (![row, column].every((field) => Number.isInteger(field.valueAsNumber))) return;
    const place = { row: row.valueAsNumber - 1, column: column.valueAsNumber - 1 };
    choose(within(grid(), place));
  };
  for (const field of [row, column]) field.addEventListener("change", take);
}

function wireDrawing() {
  const canvas = the("[data-picture]", HTMLCanvasElement);
  const margin = () => bench.step.padding;
  const side = () => bench.picture.height;
  const grid = () => ({ rows: side(), columns: side() });
  const draw = (/** @type {Place} */ { row, column }) => {
    bench.picture.values[row * side() + column] = brushValue();
    tellItIsDrawn();
    changed();
  };
  const point = (/** @type {PointerEvent} */ event) => {
    if (!(event.buttons & 1)) return;
    const whole = side() + 2 * margin();
    const { row, column } = placeUnder(canvas, event, { rows: whole, columns: whole });
    const place = { row: row - margin(), column: column - margin() };
    const { row: nearRow, column: nearColumn } = within(grid(), place);
    if (nearRow === place.row && nearColumn === place.column) draw(place);
  };
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("blur", () => {
    state.drawnAt = null;
    changed();
  });
  canvas.addEventListener("keydown", (event) => {
    const from = within(grid(), state.drawnAt ?? { row: 0, column: 0 });
    const to = movedBy(event, from);
    if (!to && event.key !== " ") return;
    event.preventDefault();
    state.drawnAt = within(grid(), to ?? from);
    if (to) changed();
    else draw(from);
  });
}

wire(bench, changed);
wireDrawing();
for (const map of MAPS) wireMap(map);
for (const field of all("[data-lab] canvas", HTMLCanvasElement)) field.classList.add("is-ready");
