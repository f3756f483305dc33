// Asks for any label, for the photo at hand.
import { all, the } from "../../dom.js";
import { AtHand } from "./at-hand.js";
import { pickLabel } from "./picker.js";

const dialog = the("[data-picker]", HTMLDialogElement);
export const atHand = new AtHand(the("[data-at-hand]", HTMLElement), dialog);

/**
 * @param {HTMLElement} article
 * @param {string} offered  what of it holds the answers of the network
 */
export async function pickFor(article, offered) {
  const { below = "" } = article.dataset;
  const choices = all(`${offered} [data-choice]`, HTMLElement, article);
  const said = choices.map((choice) => choice.dataset.label ?? "");
  const label = await pickLabel(dialog, { below, said, atHand });
  the("[data-stage]", HTMLElement).focus();
  if (label) atHand.use(label.slug);
  return label;
}
