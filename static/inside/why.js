// "Why this answer": how strongly the map covers the photo. What somebody chose stays when another
// label's map takes the place of the one that is shown.
import { all } from "../dom.js";

let strength = "75"; // percent

function apply() {
  for (const control of all("[data-strength]", HTMLElement)) {
    control.hidden = false;
    for (const slider of all("input", HTMLInputElement, control)) slider.value = strength;
  }
  for (const heat of all("[data-heat]", HTMLImageElement)) {
    heat.style.opacity = `${Number(strength) / 100}`;
  }
}

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.closest("[data-strength]")) return;
  strength = target.value;
  apply();
});
document.addEventListener("htmx:afterSwap", apply); // before it is painted
apply();
