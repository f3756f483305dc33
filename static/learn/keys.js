// The arrow keys lead through the tour, where they have nothing else to do.
import { maybe } from "../dom.js";

/** @type {Record<string, string>} */
const WAYS = { ArrowLeft: "before", ArrowRight: "after" };

addEventListener("keydown", (event) => {
  const way = WAYS[event.key];
  const isMeant = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey);
  if (!way || !isMeant || event.defaultPrevented || usesArrows(event.target)) return;
  maybe(`[data-way="${way}"]`, HTMLAnchorElement)?.click();
});

/** @param {EventTarget | null} target */
const usesArrows = (target) =>
  target instanceof Element &&
  Boolean(target.closest("input, select, textarea, canvas, [role=slider], .learn-scroll"));
