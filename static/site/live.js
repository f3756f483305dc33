// Cards that wait fill in by themselves: one question for all of them together, often at first,
// then once a second, seldom while nobody looks, never when none waits.
import { fromHtml, maybe, the } from "../dom.js";
import * as session from "../session.js";
import { cards, changed, replace, waitingCards } from "./cards.js";

/**
 * @typedef {{ total: number, pending: number, done: number, failed: number }} BatchProgress
 * @typedef {{ cards: Record<string, string>, gone: string[], silent: boolean }} CardNews
 * @typedef {CardNews & { progress?: BatchProgress }} News
 * @typedef {import("./cards.js").Card} Card
 */

const FAST_MS = 300;
const FAST_QUESTIONS = 10;
const USUAL_MS = 1000;
const AFTER_ERROR_MS = 3000;
const HIDDEN_MS = 15000;
const MAX_ASKED = 100;

/** @type {number | undefined} */
let timer;
let questions = 0;
let isAsking = false;

function wake() {
  questions = 0;
  schedule(FAST_MS);
}

/** @param {number} delay */
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
  const more = maybe("[data-more]", HTMLElement);
  if (!more || more.hidden) return "";
  const { dataset } = the("[data-upload]", HTMLElement);
  return "allSettled" in dataset ? "" : (dataset.batchId ?? "");
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

/** @returns {Promise<News>} */
async function fetchNews() {
  const ids = [...new Set(waitingCards().map((card) => card.dataset.photo))].slice(0, MAX_ASKED);
  const query = new URLSearchParams({ waiting: ids.join(","), batch: hiddenBatch() });
  const address = the("[data-live]", HTMLElement).dataset.live;
  const response = await session.ask(`${address}?${query}`);
  session.tell(session.problemOf(response));
  if (!response.ok) throw new Error("no answer");
  return response.json();
}

/** @param {News} news */
function show(news) {
  for (const card of cards()) {
    const { photo = "" } = card.dataset;
    const html = news.cards[photo];
    if (html) settle(card, html);
    if (news.gone.includes(photo)) card.remove();
  }
  const silent = maybe("[data-silent]", HTMLElement);
  if (silent) silent.hidden = !news.silent;
  if (Object.keys(news.cards).length) questions = 0;
  if (news.progress) showBatch(news.progress);
}

/**
 * @param {Card} card
 * @param {string} html
 */
function settle(card, html) {
  const note = card.querySelector(".card-note");
  const [settled] = fromHtml(html);
  keepPlace(card, settled);
  if (note) the(".card-body", HTMLElement, settled).append(note);
  settled.classList.add("just-settled");
  replace(card, settled);
}

// In a list: the list that its page belongs to, and whether it is chosen.
/**
 * @param {Card} card
 * @param {Card} settled
 */
function keepPlace(card, settled) {
  const link = maybe(".card-title a", HTMLAnchorElement, settled);
  if (link) link.search = maybe(".card-title a", HTMLAnchorElement, card)?.search ?? "";
  const choose = maybe(".card-choose", HTMLElement, card);
  if (choose) the(".card-picture", HTMLElement, settled).after(choose);
}

/** @param {BatchProgress} progress */
function showBatch(progress) {
  const { dataset } = the("[data-upload]", HTMLElement);
  dataset.batchTotal = String(progress.total);
  dataset.batchSettled = String(progress.done + progress.failed);
  if (!progress.pending) dataset.allSettled = "";
  changed();
}

document.addEventListener("ark:cards", () => schedule(FAST_MS));
document.addEventListener("ark:sent", wake);
document.addEventListener("htmx:afterSettle", wake);
document.addEventListener("visibilitychange", () => document.hidden || wake());
wake();
