// Notes and questions to an expert: templates/staff/review/_note_dialog.html.
import { all, maybe, the } from "../../dom.js";

/**
 * @typedef {object} Queue
 * @property {() => HTMLElement | undefined} current
 * @property {(article: HTMLElement, action: "note", fields: { text: string }) => string} add
 * @property {(article: HTMLElement, action: "ask", fields: { text: string }) => unknown} leave
 * @property {(text: string) => void} say
 * @property {Record<string, string>} texts
 */

/**
 * @param {Queue} queue
 * @returns {Record<string, () => unknown>}
 */
export function noteActions(queue) {
  const { current, add, leave, say, texts } = queue;
  return {
    note: async () => {
      const article = current();
      const text = article && (await written("note"));
      if (!text) return;
      showNote(article, add(article, "note", { text }), text, texts.me);
      say(texts.textNoted);
    },
    expert: async () => {
      const article = current();
      const text = article ? await written("ask") : null;
      if (!article?.isConnected || text === null) return;
      leave(article, "ask", { text });
      say(texts.textAsked);
    },
  };
}

/**
 * What was written; null if nothing is to be sent.
 * @param {"note" | "ask"} what
 * @returns {Promise<string | null>}
 */
function written(what) {
  const dialog = the("[data-write]", HTMLDialogElement);
  const field = the("textarea", HTMLTextAreaElement, dialog);
  const texts = dialog.dataset;
  const isAsked = what === "ask";
  the("h2", HTMLElement, dialog).textContent = (isAsked ? texts.titleAsk : texts.titleNote) ?? "";
  the("[value=send]", HTMLElement, dialog).textContent =
    (isAsked ? texts.sendAsk : texts.sendNote) ?? "";
  for (const part of all("[data-for]", HTMLElement, dialog))
    part.hidden = part.dataset.for !== what;
  field.required = !isAsked;
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    const done = () => resolve(dialog.returnValue === "send" ? field.value.trim() : null);
    dialog.addEventListener("close", done, { once: true });
  });
}

/**
 * @param {HTMLElement} article
 * @param {string} id
 * @param {string} text
 * @param {string} by
 */
function showNote(article, id, text, by) {
  const note = document.createElement("li");
  note.className = "review-note";
  note.dataset.note = id;
  const [words, who] = [document.createElement("span"), document.createElement("span")];
  words.className = "queue-note-text";
  words.textContent = text;
  who.className = "review-muted";
  who.textContent = by;
  note.append(words, " ", who);
  the("[data-notes]", HTMLElement, article).append(note);
}

/**
 * @param {HTMLElement} article
 * @param {string} id
 */
export const hideNote = (article, id) =>
  maybe(`[data-note="${id}"]`, HTMLElement, article)?.remove();
