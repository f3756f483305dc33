// Somebody else decided meanwhile: theirs stands until this person says otherwise.
import { fromHtml, maybe, the } from "../../dom.js";

/**
 * @param {HTMLElement} place
 * @param {string} html
 * @param {() => void} settled
 * @param {() => void} putMine
 */
export function askWhose(place, html, settled, putMine) {
  const [note] = fromHtml(html);
  const settle = () => {
    note.remove();
    settled();
  };
  the("[data-keep-theirs]", HTMLElement, note).addEventListener("click", settle);
  maybe("[data-put-mine]", HTMLElement, note)?.addEventListener("click", () => {
    putMine();
    settle();
  });
  place.append(note);
}
