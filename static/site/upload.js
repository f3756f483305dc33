// Photos that are chosen, dropped, pasted or taken: sent a few at a time, each with its own card.
import { changed, fromHtml, fromTemplate, replace } from "./cards.js";
import { droppedFiles, isArchive } from "./files.js";
import { showProgress } from "./progress.js";

const AT_ONCE = 4;
const MEGABYTE = 1024 * 1024;
const page = document.querySelector("[data-upload]");
const zone = document.querySelector("[data-drop]");
const grid = document.querySelector("[data-cards]");
const jobs = new WeakMap(); // what is behind the card of a file that is not stored yet
const queue = [];
let active = 0;
let opening = null;

function add(files) {
  if (!files.length) return sayNothingFound();
  prepare();
  for (const file of files) addOne(file);
  changed();
  pump();
}

function addOne(file) {
  const tooLarge = refusalBySize(file);
  const card = fromTemplate(tooLarge ? "refused" : "sending");
  card.querySelector("[data-name]").textContent = file.name;
  grid.append(card);
  if (tooLarge) {
    card.querySelector("[data-text]").textContent = tooLarge;
    return;
  }
  const job = { file, card, preview: null, labelled: zone.querySelector("[data-labelled]")?.checked };
  if (!isArchive(file)) showPreview(job);
  enqueue(job);
}

function enqueue(job) {
  jobs.set(job.card, job);
  queue.push(job);
}

function refusalBySize(file) {
  const limit = isArchive(file) ? page.dataset.maxArchiveMb : page.dataset.maxMb;
  if (file.size <= limit * MEGABYTE) return "";
  return isArchive(file) ? page.dataset.archiveTooLarge : page.dataset.tooLarge;
}

function prepare() {
  page.classList.add("has-cards");
  document.querySelector("[data-cards-section]").hidden = false;
  document.querySelector("[data-hints]")?.remove();
  document.querySelector("[data-empty]")?.remove();
}

// Shown at once; a format that the browser cannot draw keeps the neutral card.
function showPreview(job) {
  job.preview ??= URL.createObjectURL(job.file);
  const picture = job.card.querySelector("img");
  picture.decoding = "async";
  picture.addEventListener("load", () => (picture.hidden = false));
  picture.src = job.preview;
}

function pump() {
  while (active < AT_ONCE && queue.length) {
    active += 1;
    send(queue.shift()).finally(() => {
      active -= 1;
      pump();
    });
  }
}

async function send(job) {
  job.card.dataset.state = "sending";
  showProgress();
  try {
    const answer = await post(`${await openBatch()}photos/`, job);
    replace(job.card, ...fromHtml(answer.responseText));
    if (answer.getResponseHeader("Ark-More")) showThereIsMore();
    document.dispatchEvent(new CustomEvent("ark:sent"));
  } catch (reason) {
    lose(job, reason);
  }
}

// One batch a page, opened when the first file is about to be sent.
function openBatch() {
  if (page.dataset.batch) return page.dataset.batch;
  opening ??= requestBatch().finally(() => (opening = null));
  return opening;
}

async function requestBatch() {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  const response = await fetch(page.dataset.open, { method: "POST", headers }).catch(() => null);
  if (!response) throw "offline";
  if (response.redirected) throw "signed-out";
  if (!response.ok) throw "error";
  const batch = await response.json();
  page.dataset.batch = batch.url;
  page.dataset.batchId = batch.id;
  document.querySelector("[data-more-link]").search = `?batch=${batch.id}`;
  history.replaceState(null, "", batch.url); // to load the page again shows the batch
  return batch.url;
}

// XMLHttpRequest, because fetch does not tell how much has been sent.
function post(address, job) {
  const body = new FormData();
  if (job.labelled) body.append("labelled", "on");
  body.append(isArchive(job.file) ? "archive" : "images", job.file, job.file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.addEventListener("progress", (event) => showSent(job, event));
    request.addEventListener("error", () => reject("offline"));
    request.addEventListener("load", () => {
      const isRedirected = !request.responseURL.endsWith(address);
      if (isRedirected) reject("signed-out");
      else if (request.status !== 200) reject("error");
      else resolve(request);
    });
    request.send(body);
  });
}

function csrfToken() {
  return document.querySelector("[name=csrfmiddlewaretoken]").value;
}

function showSent(job, event) {
  job.card.sent = event.lengthComputable ? event.loaded / event.total : 0;
  job.card.querySelector("[data-sent]").value = job.card.sent;
  showProgress();
}

function lose(job, reason) {
  const card = fromTemplate("lost");
  card.dataset.reason = reason;
  card.querySelector("[data-name]").textContent = job.file.name;
  replace(job.card, card);
  job.card = card;
  jobs.set(card, job);
}

function retry(card) {
  const job = jobs.get(card);
  job.card = fromTemplate("sending");
  job.card.querySelector("[data-name]").textContent = job.file.name;
  replace(card, job.card);
  enqueue(job);
  pump();
}

function retryAll() {
  for (const card of grid.querySelectorAll('[data-state="lost"]')) retry(card);
}

function showThereIsMore() {
  document.querySelector("[data-more]").hidden = false;
  delete page.dataset.allSettled;
}

function sayNothingFound() {
  document.querySelector("[data-nothing]")?.remove();
  const message = fromTemplate("nothing");
  message.dataset.nothing = "";
  zone.after(message);
}

function isUnsent() {
  return active || queue.length || grid.querySelector('[data-state="lost"]');
}

function listen() {
  for (const input of zone.querySelectorAll("[data-choose]")) {
    input.addEventListener("change", () => {
      add([...input.files]);
      input.value = "";
    });
  }
  document.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    zone.classList.add("is-target");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("is-target");
  });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("is-target");
    add(await droppedFiles(event.dataTransfer));
  });
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) add(files);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-retry-all]")) retryAll();
    else if (event.target.closest("[data-retry]")) retry(event.target.closest(".card"));
  });
  window.addEventListener("online", retryAll);
  window.addEventListener("beforeunload", (event) => isUnsent() && event.preventDefault());
}

if (zone) listen();
