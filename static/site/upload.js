// Photos that are chosen, dropped, pasted or taken: sent a few at a time, each with its own card.
import { all, around, fromHtml, maybe, the } from "../dom.js";
import * as session from "../session.js";
import { changed, fromTemplate, replace } from "./cards.js";
import { droppedFiles, isArchive } from "./files.js";
import { showProgress } from "./progress.js";

const AT_ONCE = 4;
const MEGABYTE = 1024 * 1024;
const BUSY = "busy"; // the server asks to come again in a moment
/** @type {Record<number, string>} */
const REASONS = { 503: BUSY, 507: "disk-full" };
const BUSY_TRIES = 5;
const BUSY_PAUSE_MS = 5000;
const page = the("[data-upload]", HTMLElement);
const zone = maybe("[data-drop]", HTMLElement);
const grid = the("[data-cards]", HTMLElement);

/**
 * @typedef {import("./cards.js").Card} Card
 * @typedef {{ file: File, card: Card, preview: string | null, labelled: boolean, tries: number }} Job
 */

/** @type {WeakMap<Card, Job>} */
const jobs = new WeakMap(); // what is behind the card of a file that is not stored yet
/** @type {Job[]} */
const queue = [];
let active = 0;
/** @type {Promise<string> | null} */
let opening = null;

/** @param {File[]} files */
function add(files) {
  if (!files.length) return sayNothingFound();
  prepare();
  for (const file of files) addOne(file);
  changed();
  pump();
}

/** @param {File} file */
function addOne(file) {
  const tooLarge = refusalBySize(file);
  const card = fromTemplate(tooLarge ? "refused" : "sending");
  the("[data-name]", HTMLElement, card).textContent = file.name;
  grid.append(card);
  if (tooLarge) {
    the("[data-text]", HTMLElement, card).textContent = tooLarge;
    return;
  }
  const labelled = maybe("[data-labelled]", HTMLInputElement)?.checked ?? false;
  /** @type {Job} */
  const job = { file, card, preview: null, labelled, tries: 0 };
  if (!isArchive(file)) showPreview(job);
  enqueue(job);
}

/** @param {Job} job */
function enqueue(job) {
  jobs.set(job.card, job);
  queue.push(job);
}

/** @param {File} file */
function refusalBySize(file) {
  const limit = Number(isArchive(file) ? page.dataset.maxArchiveMb : page.dataset.maxMb);
  if (file.size <= limit * MEGABYTE) return "";
  return isArchive(file) ? page.dataset.archiveTooLarge : page.dataset.tooLarge;
}

function prepare() {
  page.classList.add("has-cards");
  the("[data-cards-section]", HTMLElement).hidden = false;
  document.querySelector("[data-hints]")?.remove();
  document.querySelector("[data-empty]")?.remove();
}

/**
 * Shown at once; a format that the browser cannot draw keeps the neutral card.
 * @param {Job} job
 */
function showPreview(job) {
  job.preview ??= URL.createObjectURL(job.file);
  const picture = the("img", HTMLImageElement, job.card);
  picture.decoding = "async";
  picture.addEventListener("load", () => {
    picture.hidden = false;
  });
  picture.src = job.preview;
}

function pump() {
  while (active < AT_ONCE) {
    const job = queue.shift();
    if (!job) return;
    active += 1;
    send(job).finally(() => {
      active -= 1;
      pump();
    });
  }
}

/** @param {Job} job */
async function send(job) {
  job.card.dataset.state = "sending";
  showProgress();
  try {
    const answer = await post(`${await openBatch()}photos/`, job);
    replace(job.card, ...fromHtml(answer.responseText));
    if (answer.getResponseHeader("Ark-More")) showThereIsMore();
    document.dispatchEvent(new CustomEvent("ark:sent"));
  } catch (reason) {
    if (reason === BUSY && job.tries < BUSY_TRIES) return sendLater(job);
    lose(job, reason === BUSY ? "error" : reason);
  }
}

/** @param {Job} job */
async function sendLater(job) {
  job.tries += 1;
  await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
  await send(job);
}

// One batch a page, opened when the first file is about to be sent.
function openBatch() {
  if (page.dataset.batch) return page.dataset.batch;
  opening ??= requestBatch().finally(() => {
    opening = null;
  });
  return opening;
}

/** @returns {Promise<string>} */
async function requestBatch() {
  const { open = "" } = page.dataset;
  const headers = { Accept: "application/json" };
  const response = await session.ask(open, { method: "POST", headers }).catch(() => null);
  if (!response) throw "offline";
  if (!response.ok) throw reasonOf(response);
  const batch = await response.json();
  page.dataset.batch = batch.url;
  page.dataset.batchId = batch.id;
  the("[data-more-link]", HTMLAnchorElement).search = `?batch=${batch.id}`;
  history.replaceState(null, "", batch.url); // to load the page again shows the batch
  return batch.url;
}

/**
 * Once more with another token if the page's is too old.
 * @param {string} address
 * @param {Job} job
 * @returns {Promise<XMLHttpRequest>}
 */
async function post(address, job) {
  try {
    return await postOnce(address, job);
  } catch (reason) {
    if (reason !== "csrf") throw reason;
    await session.renew();
    return postOnce(address, job);
  }
}

/**
 * XMLHttpRequest, because fetch does not tell how much has been sent.
 * @param {string} address
 * @param {Job} job
 * @returns {Promise<XMLHttpRequest>}
 */
function postOnce(address, job) {
  const body = new FormData();
  if (job.labelled) body.append("labelled", "on");
  body.append(isArchive(job.file) ? "archive" : "images", job.file, job.file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const [name, value] of Object.entries(session.headers())) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => showSent(job, event));
    request.addEventListener("error", () => reject("offline"));
    request.addEventListener("load", () => {
      if (request.status === 200) resolve(request);
      else reject(reasonOf(request));
    });
    request.send(body);
  });
}

/**
 * Why it was not taken, as the card of a lost file knows it.
 * @param {Response | XMLHttpRequest} response
 */
function reasonOf(response) {
  return session.problemOf(response) || REASONS[response.status] || "error";
}

/**
 * @param {Job} job
 * @param {ProgressEvent} event
 */
function showSent(job, event) {
  job.card.sent = event.lengthComputable ? event.loaded / event.total : 0;
  the("[data-sent]", HTMLProgressElement, job.card).value = job.card.sent;
  showProgress();
}

/**
 * @param {Job} job
 * @param {unknown} reason
 */
function lose(job, reason) {
  const card = fromTemplate("lost");
  card.dataset.reason = String(reason);
  the("[data-name]", HTMLElement, card).textContent = job.file.name;
  replace(job.card, card);
  job.card = card;
  jobs.set(card, job);
}

/** @param {Card} card */
function retry(card) {
  const job = jobs.get(card);
  if (!job) return;
  job.tries = 0;
  job.card = fromTemplate("sending");
  the("[data-name]", HTMLElement, job.card).textContent = job.file.name;
  replace(card, job.card);
  enqueue(job);
  pump();
}

function retryAll() {
  for (const card of all('[data-state="lost"]', HTMLElement, grid)) retry(card);
}

function showThereIsMore() {
  the("[data-more]", HTMLElement).hidden = false;
  delete page.dataset.allSettled;
}

function sayNothingFound() {
  document.querySelector("[data-nothing]")?.remove();
  const message = fromTemplate("nothing");
  message.dataset.nothing = "";
  zone?.after(message);
}

function isUnsent() {
  return active || queue.length || grid.querySelector('[data-state="lost"]');
}

/** @param {HTMLElement} zone */
function listen(zone) {
  for (const input of all("[data-choose]", HTMLInputElement, zone)) {
    input.addEventListener("change", () => {
      add([...(input.files ?? [])]);
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
    if (files.length) add(files);
  });
  document.addEventListener("click", (event) => {
    const card = around(event, ".card");
    if (around(event, "[data-retry-all]")) retryAll();
    else if (card && around(event, "[data-retry]")) retry(card);
  });
  window.addEventListener("online", retryAll);
  window.addEventListener("beforeunload", (event) => isUnsent() && event.preventDefault());
}

if (zone) listen(zone);
