// Photos that are chosen, dropped, pasted or taken: sent a few at a time, each with its own card.
import { all, fromHtml, maybe, the } from "../dom.js";
import * as session from "../session.js";
import { changed, fromTemplate, replace } from "./cards.js";
import { listen } from "./drop-zone.js";
import { chosenFiles, isArchive, isDirectory, isReadable, readAgain } from "./files.js";
import { answersText, askAbout, isSkipped, labelOf } from "./folders.js";
import { BUSY, post, reasonOf } from "./post.js";
import { showProgress } from "./progress.js";

const AT_ONCE = 4;
const MEGABYTE = 1024 * 1024;
const BUSY_TRIES = 5;
const BUSY_PAUSE_MS = 5000;
const page = the("[data-upload]", HTMLElement);
const zone = maybe("[data-drop]", HTMLElement);
const grid = the("[data-cards]", HTMLElement);

/**
 * @typedef {import("./cards.js").Card} Card
 * @typedef {{ labelled: boolean, label: string }} Labels  whether an archive's folders name labels
 * @typedef {{ file: File, card: Card, preview: string | null, tries: number } & Labels} Job
 */

/** @type {WeakMap<Card, Job>} */
const jobs = new WeakMap(); // what is behind the card of a file that is not stored yet
/** @type {WeakMap<Card, FileSystemEntry>} */
const unreadEntries = new WeakMap(); // the same of what could not even be read
/** @type {Job[]} */
const queue = [];
let active = 0;
/** @type {Promise<string> | null} */
let opening = null;

/**
 * Folders that name no label are asked about before anything is sent.
 * @param {import("./files.js").Given} given
 */
async function add({ files: given, unread, leftOut }) {
  document.querySelector("[data-unasked]")?.remove();
  const isAnswered = !namesLabels() || (await askAbout(given).catch(sayUnasked));
  if (!isAnswered) return;
  const files = namesLabels() ? given.filter((file) => !isSkipped(file)) : given;
  countLeftOut(leftOut);
  if (given.length && !files.length && !unread.length) return; // all of it is skipped
  document.querySelector("[data-nothing]")?.remove();
  if (!files.length && !unread.length) sayNothingFound(leftOut);
  else prepare();
  for (const file of files) addOne(file);
  for (const entry of unread) addUnread(entry);
  changed();
  pump();
}

const namesLabels = () => maybe("[data-labelled]", HTMLInputElement)?.checked ?? false;

function sayUnasked() {
  const message = fromTemplate("unasked");
  message.dataset.unasked = "";
  zone?.after(message);
  return false;
}

/** @param {number} leftOut */
function countLeftOut(leftOut) {
  page.dataset.filesLeftOut = String(Number(page.dataset.filesLeftOut) + leftOut);
}

/** @param {FileSystemEntry} entry */
function addUnread(entry) {
  const reason = isDirectory(entry) ? "unreadable-folder" : "unreadable";
  const card = lostCard(entry.fullPath.slice(1), reason);
  grid.append(card);
  unreadEntries.set(card, entry);
}

/**
 * @param {File} file
 * @param {Card} [inPlaceOf]
 */
function addOne(file, inPlaceOf) {
  const tooLarge = refusalBySize(file);
  const card = fromTemplate(tooLarge ? "refused" : "sending");
  the("[data-name]", HTMLElement, card).textContent = file.name;
  if (inPlaceOf) replace(inPlaceOf, card);
  else grid.append(card);
  if (tooLarge) {
    the("[data-text]", HTMLElement, card).textContent = tooLarge;
    return;
  }
  const labelled = namesLabels();
  const label = labelled ? labelOf(file) : "";
  /** @type {Job} */
  const job = { file, card, preview: null, labelled, label, tries: 0 };
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
    const address = `${await openBatch()}photos/`;
    if (!(await isReadable(job.file))) throw "unreadable";
    const answer = await post(address, bodyOf(job), (event) => showSent(job, event));
    const cards = fromHtml(answer.responseText);
    const leftOut = Number(answer.getResponseHeader("Ark-Left-Out"));
    countLeftOut(leftOut);
    replace(job.card, ...cards);
    if (!cards.length) sayNothingFound(leftOut);
    if (answer.getResponseHeader("Ark-More")) showThereIsMore();
    document.dispatchEvent(new CustomEvent("ark:sent"));
  } catch (reason) {
    if (reason === BUSY && job.tries < BUSY_TRIES) return sendLater(job);
    // A file that vanishes on its way looks like a lost connection.
    const isGone = reason === "offline" && !(await isReadable(job.file));
    lose(job, reason === BUSY ? "error" : isGone ? "unreadable" : reason);
  }
}

/** @param {Job} job */
function bodyOf({ file, labelled, label }) {
  const body = new FormData();
  if (label) body.append("label", label);
  if (labelled && isArchive(file)) {
    body.append("labelled", "on");
    body.append("answers", answersText());
  }
  body.append(isArchive(file) ? "archive" : "images", file, file.name);
  return body;
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
  for (const link of all("[data-batch-link]", HTMLAnchorElement)) {
    link.search = `?batch=${batch.id}`;
  }
  history.replaceState(null, "", batch.url); // to load the page again shows the batch
  return batch.url;
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
  const card = lostCard(job.file.name, String(reason));
  replace(job.card, card);
  job.card = card;
  jobs.set(card, job);
}

/**
 * @param {string} name
 * @param {string} reason
 */
function lostCard(name, reason) {
  const card = fromTemplate("lost");
  card.dataset.reason = reason;
  the("[data-name]", HTMLElement, card).textContent = name;
  return card;
}

/**
 * @param {Card} card
 * @param {FileList | null} files
 */
function chooseAgain(card, files) {
  const given = chosenFiles(files ?? []);
  const [first, ...others] = given.files;
  if (!first) return add(given);
  countLeftOut(given.leftOut);
  addOne(first, card);
  for (const file of others) addOne(file);
  changed();
  pump();
}

/** @param {Card} card */
async function retry(card) {
  const entry = unreadEntries.get(card);
  if (entry) {
    const given = await readAgain(entry);
    card.remove();
    return add(given);
  }
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

/** @param {number} leftOut */
function sayNothingFound(leftOut) {
  const message = fromTemplate("nothing");
  the("[data-left-out]", HTMLElement, message).hidden = !leftOut;
  the("[data-count]", HTMLElement, message).textContent = String(leftOut);
  message.dataset.nothing = "";
  zone?.after(message);
}

function isUnsent() {
  return active || queue.length || grid.querySelector('[data-state="lost"]');
}

if (zone) listen(zone, { add, chooseAgain, retry, retryAll, isUnsent });
