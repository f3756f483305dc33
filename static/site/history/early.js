// Filters that somebody changed while the page's scripts were still on their way are applied now.
import { maybe } from "../../dom.js";

const form = maybe(".filters", HTMLFormElement);
if (form && [...form.elements].some(isChanged)) form.requestSubmit();

/** @param {Element} control */
function isChanged(control) {
  if (control instanceof HTMLSelectElement) {
    const first = [...control.options].find((option) => option.defaultSelected);
    return control.value !== (first ?? control.options[0])?.value;
  }
  if (!(control instanceof HTMLInputElement)) return false;
  if (control.type === "radio") return control.checked !== control.defaultChecked;
  return control.value !== control.defaultValue;
}
