// Adds a label from where one stands: templates/labels/_new_label.html.
import { maybe, the } from "../dom.js";
import * as session from "../session.js";

/** @typedef {import("./known.js").Label} Label */

const HAN = /\p{Script=Han}/u;
const template = () => maybe("template[data-new-label]", HTMLTemplateElement);

export const mayCreate = () => Boolean(template());

/**
 * What stands on a button that asks for one.
 * @param {string} name
 * @param {Label} [below]
 */
export function offerText(name, below) {
  const { textBelow = "", text = "" } = template()?.dataset ?? {};
  return (below ? textBelow : text).replace("{name}", name).replace("{label}", below?.name ?? "");
}

/**
 * Resolves to null if nothing was created.
 * @param {string} name  as it was typed
 * @param {string} place  "below:car", "kind:vehicle", or empty
 * @returns {Promise<Label | null>}
 */
export function createLabel(name, place) {
  const source = template();
  if (!source) return Promise.resolve(null);
  const dialog = /** @type {HTMLDialogElement} */ (
    the("dialog", HTMLDialogElement, source.content).cloneNode(true)
  );
  document.body.append(dialog);
  fill(dialog, name, place);
  return new Promise((resolve) => {
    /** @type {Label | null} */
    let made = null;
    the("form", HTMLFormElement, dialog).addEventListener("submit", async (event) => {
      event.preventDefault();
      made = await send(dialog, source);
      if (!made) return;
      addPlace(source, made);
      dialog.close();
    });
    the("[data-cancel]", HTMLElement, dialog).addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(made);
    });
    dialog.showModal();
    the("[name=name_en]", HTMLInputElement, dialog).select();
  });
}

/**
 * A name in Chinese serves for both until somebody translates it.
 * @param {HTMLDialogElement} dialog
 * @param {string} name
 * @param {string} place
 */
function fill(dialog, name, place) {
  the("[name=name_en]", HTMLInputElement, dialog).value = name;
  if (HAN.test(name)) the("[name=name_zh]", HTMLInputElement, dialog).value = name;
  const select = the("select", HTMLSelectElement, dialog);
  select.value = place;
  if (select.selectedIndex < 0) select.value = "";
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {HTMLTemplateElement} source
 * @returns {Promise<Label | null>}
 */
async function send(dialog, source) {
  const given = new FormData(the("form", HTMLFormElement, dialog));
  const [where, slug] = String(given.get("place")).split(":");
  given.delete("place");
  given.set(where, slug);
  const { add = "", textFailed = "" } = source.dataset;
  const response = await session.ask(add, { method: "POST", body: given }).catch(() => null);
  if (response?.status === 201) return response.json();
  const errors = response?.status === 400 ? (await response.json()).errors : [textFailed];
  const place = the("[role=alert]", HTMLElement, dialog);
  place.textContent = errors.join(" ");
  place.hidden = false;
  return null;
}

/**
 * The next one may stand below it.
 * @param {HTMLTemplateElement} source
 * @param {Label} label
 */
function addPlace(source, label) {
  const select = the("select", HTMLSelectElement, source.content);
  const text = select.dataset.textBelow ?? "{label}";
  select.append(new Option(text.replace("{label}", label.name), `below:${label.slug}`));
}
