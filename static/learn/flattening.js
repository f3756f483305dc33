// Step 6: the maps of the last layer as one list.
import { the } from "../dom.js";
import { forward, maps } from "../lab/arithmetic/layers.js";
import { plane } from "../lab/arithmetic/plane.js";
import { chanceFrom } from "../lab/arithmetic/random.js";
import { choosable } from "../lab/places.js";
import { soon } from "../lab/soon.js";
import { counted, say, slider } from "./controls.js";
import {
  brightnessOf,
  canvasCalled,
  contextOf,
  describe,
  frameSquare,
  ready,
  showPixels,
} from "./painting.js";
import { greys, picture } from "./picture.js";

/**
 * @typedef {import("../lab/arithmetic/layers.js").Layer} Layer
 * @typedef {import("../lab/arithmetic/layers.js").Maps} Maps
 */

const SIDE = 28; // of the picture; the three-stage CNN is recognition/cnn/networks/three_stage.py
const KERNEL = 5;
const ACROSS = 8; // maps beside each other
const MAP = 7;
const APART = MAP + 1;
const CELLS = ACROSS * APART - 1;
const LABELS = 10;

const last = run(greys(await picture(), SIDE).values);
const tiled = tile(last);
let chosen = standsAt(strongest(last.values));
const drawCount = soon(showCount);
const [side, pools, channels] = ["side", "pools", "channels"].map((name) =>
  slider(name, drawCount),
);

choosable(
  canvasCalled("maps"),
  () => ({ rows: CELLS, columns: CELLS }),
  cellOf,
  (place) => {
    chosen = numberAt(place);
    show();
  },
);
show();
showCount();
ready();

/**
 * @param {Float32Array} values
 * @returns {Maps}
 */
function run(values) {
  const chance = chanceFrom(1);
  const convolution = (/** @type {number} */ from, /** @type {number} */ to) => {
    const most = Math.sqrt(6 / (from * KERNEL * KERNEL));
    const weights = Float32Array.from({ length: from * to * KERNEL * KERNEL }, () => {
      return (chance() * 2 - 1) * most;
    });
    return { kind: "convolution", from, to, size: KERNEL, weights, bias: new Float32Array(to) };
  };
  const layers = /** @type {Layer[]} */ ([
    ...[convolution(1, 16), { kind: "relu" }, { kind: "pooling" }],
    ...[convolution(16, 32), { kind: "relu" }, convolution(32, 32), { kind: "relu" }],
    ...[{ kind: "pooling" }, convolution(32, 64), { kind: "relu" }],
  ]);
  const input = maps(1, SIDE, SIDE);
  input.values.set(values);
  return layers.reduce((map, layer) => forward(layer, map), input);
}

/**
 * All maps beside each other, each as bright as its own numbers.
 * @param {Maps} all
 */
function tile({ channels: count, values }) {
  const pixels = new ImageData(CELLS, CELLS);
  for (let map = 0; map < count; map++) {
    const numbers = values.subarray(map * MAP * MAP, (map + 1) * MAP * MAP);
    const { data } = brightnessOf(plane(MAP, MAP, numbers));
    for (let at = 0; at < numbers.length; at++) {
      const { row, column } = placeOf(map, Math.floor(at / MAP), at % MAP);
      pixels.data.set(data.subarray(at * 4, at * 4 + 4), (row * CELLS + column) * 4);
    }
  }
  return pixels;
}

/**
 * @param {number} map
 * @param {number} row
 * @param {number} column
 */
function placeOf(map, row, column) {
  return {
    row: Math.floor(map / ACROSS) * APART + row,
    column: (map % ACROSS) * APART + column,
  };
}

/**
 * Where the largest number stands among the maps in the middle.
 * @param {Float32Array} values
 */
function strongest(values) {
  const [from, to] = [24 * MAP ** 2, 40 * MAP ** 2];
  const middle = values.subarray(from, to);
  return from + middle.indexOf(Math.max(...middle));
}

/** @param {number} index */
function standsAt(index) {
  const [map, at] = [Math.floor(index / MAP ** 2), index % MAP ** 2];
  return { map, row: Math.floor(at / MAP), column: at % MAP };
}

function cellOf() {
  return placeOf(chosen.map, chosen.row, chosen.column);
}

/**
 * The number there; between two maps, where an arrow key leads on to: the map that lies ahead.
 * @param {import("../lab/drawing.js").Place} place
 */
function numberAt(place) {
  const current = cellOf();
  const [row, column] = /** @type {const} */ (["row", "column"]).map((axis) => {
    const isBetween = place[axis] % APART === MAP;
    return place[axis] + (isBetween ? Math.sign(place[axis] - current[axis]) || 1 : 0);
  });
  const map = Math.floor(row / APART) * ACROSS + Math.floor(column / APART);
  return { map, row: row % APART, column: column % APART };
}

function show() {
  const { map, row, column } = chosen;
  const index = (map * MAP + row) * MAP + column;
  const canvas = canvasCalled("maps");
  showPixels(canvas, tiled);
  frameSquare(canvas, CELLS, { ...placeOf(map, 0, 0), side: MAP });
  frameSquare(canvas, CELLS, { ...cellOf(), side: 1 });
  const value = last.values[index];
  say("[data-said]", { map: map + 1, row: row + 1, column: column + 1, value });
  say("[data-index]", { map, row, column, index });
  say("[data-place]", { place: index + 1 });
  describe(canvas, the("[data-said]", HTMLElement).textContent ?? "");
  showList(index);
}

/** @param {number} index */
function showList(index) {
  const canvas = canvasCalled("list");
  const { values } = last;
  const pixels = brightnessOf(plane(1, values.length, values));
  canvas.width = values.length;
  canvas.height = 1;
  contextOf(canvas).putImageData(pixels, 0, 0);
  canvas.parentElement?.style.setProperty("--place", `${(100 * (index + 0.5)) / values.length}%`);
}

function showCount() {
  const small = Math.floor(side() / 2 ** pools());
  const flat = channels() * small ** 2;
  const worked = `${channels()} × ${small} × ${small} = ${counted(flat)}`;
  the("[data-flat]", HTMLElement).textContent = worked;
  the("[data-averaged]", HTMLElement).textContent = counted(channels());
  say("[data-flat-weights]", { numbers: counted(flat * LABELS) });
  say("[data-averaged-weights]", { numbers: counted(channels() * LABELS) });
}
