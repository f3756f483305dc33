// Keys of the review queue; none of them fires while somebody types or a dialog is open.

import { around } from "../../dom.js";

const FIELDS = "input, select, textarea, [contenteditable]";

/** @type {Record<string, string>} */
const KEYS = {
  Enter: "confirm",
  n: "neither",
  o: "owner",
  t: "another",
  s: "skip",
  u: "undo",
  "/": "search",
  ArrowLeft: "back",
  ArrowRight: "forth",
  "?": "help",
  b: "next",
  w: "whole",
  d: "draw",
  a: "annotate",
  e: "expert",
  c: "note",
  y: "why",
  Escape: "cancel",
  "+": "larger",
  "=": "larger",
  "-": "smaller",
  0: "reset",
  "Shift+ArrowLeft": "left",
  "Shift+ArrowRight": "right",
  "Shift+ArrowUp": "up",
  "Shift+ArrowDown": "down",
};

/**
 * @param {Record<string, () => unknown>} actions
 * @param {(place: number) => void} choose
 */
export function listenToKeys(actions, choose) {
  document.addEventListener("keydown", (event) => {
    if (isForSomethingElse(event)) return;
    const key = nameOf(event);
    if (/^[1-9]$/.test(key)) choose(Number(key));
    else if (key in KEYS) actions[KEYS[key]]();
    else return;
    event.preventDefault();
  });
}

/** @param {KeyboardEvent} event */
function nameOf({ key, shiftKey }) {
  if (key.length === 1) return key.toLowerCase();
  return shiftKey && key.startsWith("Arrow") ? `Shift+${key}` : key;
}

/**
 * @param {KeyboardEvent} event
 * @param {string} fields  in which keys write something
 */
export function isForSomethingElse(event, fields = FIELDS) {
  if (event.defaultPrevented || event.repeat || event.isComposing) return true;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector("dialog[open]")) return true;
  const field = around(event, fields);
  if (field && !field.closest("dialog")) return true; // of a closed dialog: it loses the focus soon
  return event.key === "Enter" && Boolean(around(event, "a, button, summary"));
}
