// The new token into the clipboard. Without this, it can be selected and copied by hand.
import { maybe, the } from "../dom.js";

const secret = maybe("[data-secret]", HTMLInputElement);
const copy = maybe("[data-copy]", HTMLButtonElement);

secret?.addEventListener("focus", () => secret.select());

if (secret && copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(secret.value);
    the(".while-new", HTMLElement, copy).hidden = true;
    the(".when-copied", HTMLElement, copy).hidden = false;
  });
}
