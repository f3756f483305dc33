// Folders whose names are to be labels: what is none is asked about once, before anything is sent.
// templates/site/uploads/_question.html
import { all, fromHtml, maybe, the } from "../dom.js";
import * as session from "../session.js";
import { folderOf, isArchive } from "./files.js";
import { directoryOf } from "./zip-directory.js";

const page = the("[data-upload]", HTMLElement);

/**
 * What the photos in a folder are labelled: a slug, "" for nothing, null if they stay here.
 * @type {Map<string, string | null>}
 */
const answers = new Map();

/** @returns {string} as the server reads it */
export const answersText = () => JSON.stringify(Object.fromEntries(answers));

/** @param {File} file */
export function labelOf(file) {
  const folder = folderOf(file);
  return folder === undefined || isArchive(file) ? "" : (answers.get(folder) ?? "");
}

/** @param {File} file */
export function isSkipped(file) {
  const folder = folderOf(file);
  return !isArchive(file) && folder !== undefined && answers.get(folder) === null;
}

/**
 * Whether everything was answered; false if nothing is to be sent. Throws if the server cannot be
 * asked.
 * @param {File[]} files
 */
export async function askAbout(files) {
  const body = await questionAbout(files);
  if (!body) return true;
  const { known, asked, html } = await asks(page.dataset.askFolders, body);
  for (const [folder, slug] of Object.entries(known)) answers.set(folder, slug);
  if (!asked.length) return true;
  return new Promise((resolve) => open(html, asked, resolve));
}

/** @param {File[]} files */
async function questionAbout(files) {
  /** @type {Record<string, number>} */
  const folders = {};
  const body = new FormData();
  for (const file of files) {
    const folder = folderOf(file);
    if (isArchive(file)) {
      const directory = await directoryOf(file).catch(() => null);
      if (directory) body.append("directories", directory, file.name);
    } else if (folder !== undefined && !answers.has(folder)) {
      folders[folder] = (folders[folder] ?? 0) + 1;
    }
  }
  if (!Object.keys(folders).length && !body.has("directories")) return null;
  body.append("folders", JSON.stringify(folders));
  body.append("answered", JSON.stringify([...answers.keys()]));
  return body;
}

/**
 * @param {string} html
 * @param {string[][]} asked  how the folders of each row are written
 * @param {(isAnswered: boolean) => void} resolve
 */
function open(html, asked, resolve) {
  const [dialog] = fromHtml(html).filter((one) => one instanceof HTMLDialogElement);
  document.body.append(dialog);
  const rows = all("[data-row]", HTMLElement, dialog);
  for (const row of all("[data-row], [data-all]", HTMLElement, dialog)) prepare(row, dialog);
  let isAnswered = false;
  dialog.addEventListener("change", (event) => {
    const row = event.target instanceof Element && event.target.closest("[data-row], [data-all]");
    if (!(row instanceof HTMLElement)) return;
    show(row);
    if (row.matches("[data-all]")) for (const each of rows) follow(each, row);
  });
  the("[data-cancel]", HTMLElement, dialog).addEventListener("click", () => dialog.close());
  the("form", HTMLFormElement, dialog).addEventListener("submit", async (event) => {
    event.preventDefault();
    const choices = rows.map((row, index) => ({ names: asked[index], ...choiceOf(row) }));
    isAnswered = await send(dialog, choices);
    if (isAnswered) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(isAnswered);
  });
  dialog.showModal();
}

/**
 * @param {HTMLElement} dialog
 * @param {unknown} choices
 */
async function send(dialog, choices) {
  const body = new FormData();
  body.append("choices", JSON.stringify(choices));
  /** @type {{ answers?: Record<string, string | null>, errors?: string[] }} */
  const said = await asks(page.dataset.answerFolders, body, [400]).catch(() => ({}));
  for (const [folder, answer] of Object.entries(said.answers ?? {})) answers.set(folder, answer);
  const alert = the("[role=alert]", HTMLElement, dialog);
  alert.hidden = Boolean(said.answers);
  alert.textContent = (said.errors ?? [dialog.dataset.textFailed]).join(" ");
  return Boolean(said.answers);
}

/**
 * @param {string | undefined} address
 * @param {FormData} body
 * @param {number[]} [also]
 */
async function asks(address = "", body, also = []) {
  const headers = { Accept: "application/json" };
  const response = await session.ask(address, { method: "POST", body, headers });
  if (!response.ok && !also.includes(response.status)) throw new Error(String(response.status));
  return response.json();
}

// One row

/**
 * The choices are the same in each row: the page brings them once.
 * @param {HTMLElement} row
 * @param {HTMLElement} dialog
 */
function prepare(row, dialog) {
  for (const select of all("select[data-options]", HTMLSelectElement, row)) {
    const { options, value = "" } = select.dataset;
    const source = the(`template[data-options-of="${options}"]`, HTMLTemplateElement, dialog);
    select.append(source.content.cloneNode(true));
    select.value = value;
  }
  show(row);
}

/** @param {HTMLElement} row */
function show(row) {
  const does = the("[data-does]", HTMLSelectElement, row).value;
  for (const part of all("[data-for]", HTMLElement, row)) {
    part.hidden = part.dataset.for !== does;
    const select = maybe("select", HTMLSelectElement, part);
    if (select) select.required = !part.hidden && row.matches("[data-row]");
  }
}

/**
 * @param {HTMLElement} row
 * @param {HTMLElement} leader
 */
function follow(row, leader) {
  const wanted = the("[data-does]", HTMLSelectElement, leader).value;
  const does = the("[data-does]", HTMLSelectElement, row);
  if (![...does.options].some((option) => option.value === wanted)) return;
  if (wanted) does.value = wanted;
  for (const select of all("[data-options]", HTMLSelectElement, leader)) {
    const { options } = select.dataset;
    if (select.value)
      the(`select[data-options="${options}"]`, HTMLSelectElement, row).value = select.value;
  }
  show(row);
}

/** @param {HTMLElement} row */
function choiceOf(row) {
  const place = the('[data-options="places"]', HTMLSelectElement, row).value;
  const [where, slug = ""] = place.split(":");
  const does = the("[data-does]", HTMLSelectElement, row).value;
  const label = the('[data-options="labels"]', HTMLSelectElement, row).value;
  if (does === "map") return { does, label };
  return { does, label: where === "below" ? slug : "", kind: where === "kind" ? slug : "" };
}
