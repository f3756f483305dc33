// Choosing a place on a canvas: by mouse, finger, arrow keys, or with the two fields below it.
import { clamp } from "../picture/geometry.js";

/**
 * @typedef {import("./drawing.js").Place} Place
 * @typedef {{ rows: number, columns: number }} Grid
 */

/** @type {Record<string, [number, number]>} */
const MOVES = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * The cell under the pointer.
 * @param {HTMLCanvasElement} canvas
 * @param {MouseEvent} event
 * @param {Grid} grid
 * @returns {Place}
 */
export function placeUnder(canvas, { clientX, clientY }, grid) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return within(grid, {
    row: Math.floor(((clientY - top) / height) * grid.rows),
    column: Math.floor(((clientX - left) / width) * grid.columns),
  });
}

/**
 * @param {Grid} grid
 * @param {Place} place
 * @returns {Place}
 */
export const within = ({ rows, columns }, { row, column }) => ({
  row: clamp(row, 0, Math.max(0, rows - 1)),
  column: clamp(column, 0, Math.max(0, columns - 1)),
});

/**
 * Where an arrow key leads, or null for other keys.
 * @param {KeyboardEvent} event
 * @param {Place} from
 * @returns {Place | null}
 */
export function movedBy(event, from) {
  const move = event.ctrlKey || event.altKey || event.metaKey ? undefined : MOVES[event.key];
  return move ? { row: from.row + move[0], column: from.column + move[1] } : null;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => Grid} grid
 * @param {() => Place} current
 * @param {(place: Place) => void} choose
 * @param {boolean} [byHovering] or only where a button or a finger is down
 */
export function choosable(canvas, grid, current, choose, byHovering = true) {
  const point = (/** @type {PointerEvent} */ event) => {
    if (!byHovering && !(event.buttons & 1)) return;
    if (grid().rows) choose(placeUnder(canvas, event, grid()));
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("keydown", (event) => {
    const place = movedBy(event, current());
    if (!place) return;
    event.preventDefault();
    choose(within(grid(), place));
  });
}
