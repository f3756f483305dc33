// Cards that wait fill in by themselves: one question for all of them together, often at first,
// then once a second, seldom while nobody looks, never when none waits.
import { cards, changed, fromHtml, replace, waitingCards } from "./cards.js";

const FAST_MS = 300;
const FAST_QUESTIONS = 10;
const USUAL_MS = 1000;
const AFTER_ERROR_MS = 3000;
const HIDDEN_MS = 15000;
const MAX_ASKED = 100;

let timer = null;
let questions = 0;
let isAsking = false;

function wake() {
  questions = 0;
  schedule(FAST_MS);
}

function schedule(delay) {
  if (isAsking || !isWaiting()) return;
  clearTimeout(timer);
  timer = setTimeout(ask, document.hidden ? HIDDEN_MS : delay);
}

function isWaiting() {
  return waitingCards().length > 0 || hiddenBatch() !== "";
}

// A batch with more photos than cards: its progress comes with each answer.
function hiddenBatch() {
  const upload = document.querySelector("[data-upload]");
  const more = document.querySelector("[data-more]");
  return more && !more.hidden && !("allSettled" in upload.dataset) ? upload.dataset.batchId : "";
}

async function ask() {
  isAsking = true;
  let delay = ++questions < FAST_QUESTIONS ? FAST_MS : USUAL_MS;
  try {
    show(await fetchNews());
  } catch {
    delay = AFTER_ERROR_MS;
  }
  isAsking = false;
  schedule(delay);
}

async function fetchNews() {
  const ids = [...new Set(waitingCards().map((card) => card.dataset.photo))].slice(0, MAX_ASKED);
  const query = new URLSearchParams({ waiting: ids.join(","), batch: hiddenBatch() });
  const address = document.querySelector("[data-live]").dataset.live;
  const response = await fetch(`${address}?${query}`);
  if (response.redirected || !response.ok) throw new Error("no answer");
  return response.json();
}

function show(news) {
  for (const card of cards()) {
    const html = news.cards[card.dataset.photo];
    if (html) settle(card, html);
    if (news.gone.includes(card.dataset.photo)) card.remove();
  }
  const silent = document.querySelector("[data-silent]");
  if (silent) silent.hidden = !news.silent;
  if (Object.keys(news.cards).length) questions = 0;
  if (news.progress) showBatch(news.progress);
}

function settle(card, html) {
  const note = card.querySelector(".card-note");
  const [settled] = fromHtml(html);
  if (note) settled.querySelector(".card-body").append(note);
  settled.classList.add("just-settled");
  replace(card, settled);
}

function showBatch(progress) {
  const { dataset } = document.querySelector("[data-upload]");
  dataset.batchTotal = progress.total;
  dataset.batchSettled = progress.done + progress.failed;
  if (!progress.pending) dataset.allSettled = "";
  changed();
}

document.addEventListener("ark:cards", () => schedule(FAST_MS));
document.addEventListener("ark:sent", wake);
document.addEventListener("htmx:afterSettle", wake);
document.addEventListener("visibilitychange", () => document.hidden || wake());
wake();
