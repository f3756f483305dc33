// Where files come from: chosen, dropped, pasted; and the buttons of their cards.
import { all, around } from "../dom.js";
import { chosenFiles, droppedFiles } from "./files.js";

/**
 * @typedef {object} Upload
 * @property {(given: import("./files.js").Given) => unknown} add
 * @property {(card: HTMLElement, files: FileList | null) => unknown} chooseAgain
 * @property {(card: HTMLElement) => unknown} retry
 * @property {() => unknown} retryAll
 * @property {() => unknown} isUnsent
 */

/**
 * @param {HTMLElement} zone
 * @param {Upload} upload
 */
export function listen(zone, upload) {
  listenToFiles(zone, upload);
  document.addEventListener("change", (event) => {
    const card = around(event, ".card");
    const input = event.target;
    if (!card || !(input instanceof HTMLInputElement) || !input.matches("[data-choose-again]")) {
      return;
    }
    upload.chooseAgain(card, input.files);
  });
  document.addEventListener("click", (event) => {
    const card = around(event, ".card");
    if (around(event, "[data-retry-all]")) upload.retryAll();
    else if (card && around(event, "[data-retry]")) upload.retry(card);
  });
  window.addEventListener("online", upload.retryAll);
  window.addEventListener("beforeunload", (event) => upload.isUnsent() && event.preventDefault());
}

/**
 * @param {HTMLElement} zone
 * @param {Upload} upload
 */
function listenToFiles(zone, { add }) {
  for (const input of all("[data-choose]", HTMLInputElement, zone)) {
    input.addEventListener("change", () => {
      add(chosenFiles(input.files ?? []));
      input.value = "";
    });
  }
  document.addEventListener("dragover", (event) => {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    zone.classList.add("is-target");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("is-target");
  });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("is-target");
    if (event.dataTransfer) add(await droppedFiles(event.dataTransfer));
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) add(chosenFiles(files));
  });
}
