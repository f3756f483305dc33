// Somebody else decided meanwhile: theirs stands until this person says otherwise.
import { fromHtml } from "./carousel.js";

export function askWhose(place, { html }, settled, putMine) {
  const [note] = fromHtml(html);
  const settle = () => {
    note.remove();
    settled();
  };
  note.querySelector("[data-keep-theirs]").addEventListener("click", settle);
  note.querySelector("[data-put-mine]")?.addEventListener("click", () => {
    putMine();
    settle();
  });
  place.append(note);
}
