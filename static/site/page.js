// Small comforts of every page; nothing here is needed to use it.
import { around, maybe, the } from "../dom.js";

const menu = maybe("details.menu", HTMLDetailsElement);

maybe(".side [aria-current]", HTMLElement)?.scrollIntoView({ block: "nearest" });

document.addEventListener("click", ({ target }) => {
  if (menu?.open && target instanceof Node && !menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.open) {
    menu.open = false;
    the("summary", HTMLElement, menu).focus();
  }
  if (isTyping(event)) return;
  if (event.key === "ArrowLeft") follow("prev");
  if (event.key === "ArrowRight") follow("next");
});

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const isShortcut = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
  return isShortcut || around(event, "input, select, textarea, dialog");
}

/** @param {string} relation */
function follow(relation) {
  maybe(`a[rel="${relation}"]`, HTMLAnchorElement)?.click();
}
