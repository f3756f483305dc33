// The other photos of a burst: templates/staff/review/_queue_burst.html.
import { all, around } from "../../dom.js";

/** Taken out with a click, and in again. Buttons, so that keys go on deciding. */
export function listenToBursts() {
  document.addEventListener("click", (event) => {
    const mate = around(event, "[data-also]");
    if (mate) mate.ariaPressed = String(mate.ariaPressed !== "true");
  });
}

/**
 * Which of them get the same label.
 * @param {HTMLElement} article
 * @returns {import("./send.js").Fields}
 */
export function restOfBurst(article) {
  const mates = all("[data-also]", HTMLElement, article);
  const kept = mates.filter((mate) => mate.ariaPressed === "true");
  return kept.length ? { also: kept.map((mate) => mate.dataset.also).join(" ") } : {};
}
