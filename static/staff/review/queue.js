// The review queue: templates/admin/review/queue.html. A decision takes effect here at once; the
// outbox tells the server about it when it can.
import { askWhose } from "./conflict.js";
import { Carousel, fromHtml } from "./carousel.js";
import { listenToKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { pickLabel } from "./picker.js";
import { Progress } from "./progress.js";
import { AGAIN_MS, get, newId, post } from "./send.js";
import { whileAtWork } from "./work.js";

const FEW_LEFT = 4;
const page = document.querySelector("[data-queue]");
const { dataset } = page;
const stage = page.querySelector("[data-stage]");
const carousel = new Carousel(stage);
const progress = new Progress(page);
const outbox = new Outbox(
  `ark-review-${dataset.person}`,
  { decide: dataset.decide, skip: dataset.skip, undo: dataset.undo },
  { answered, changed: (count, outcome) => progress.showOutbox(count, outcome) },
);
let steps = []; // what U takes back: { id, action, article }
let isAsking = false;

// Decisions

function decide(slug, name, article = carousel.current) {
  if (!slug || !article?.isConnected) return;
  if (!carousel.isDrawn(article)) return say(dataset.textUnseen);
  progress.count(-1);
  leave(article, "decide", { label: slug, seen: article.dataset.seen });
  say(dataset.textDecided, name);
}

function skip() {
  const article = carousel.current;
  if (!article) return;
  leave(article, "skip", {});
  say(dataset.textSkipped);
}

function leave(article, action, fields) {
  const id = newId();
  const { photo } = article.dataset;
  outbox.add({ id, action, photo, fields: { decision: id, photo, ...fields } });
  steps.push({ id, action, article });
  carousel.takeOut(article);
  goOn();
}

function confirm() {
  if (carousel.current) carousel.current.querySelector("[data-confirm]")?.click();
  else refill();
}

function choose(number) {
  carousel.current?.querySelectorAll("[data-choice]")[number - 1]?.click();
}

async function search() {
  const article = carousel.current;
  if (!article) return;
  const label = await pickLabel(document.querySelector("[data-picker]"));
  stage.focus();
  if (label) decide(label.slug, label.name, article);
}

// Undo

function undo() {
  const step = steps.pop();
  if (!step) return undoEarlier();
  const { id, article } = step;
  const { photo } = article.dataset;
  const isSkip = step.action === "skip";
  if (!outbox.withdraw(id)) {
    const action = isSkip ? "skip" : "undo";
    const fields = isSkip ? { photo, back: 1 } : { decision: id };
    outbox.add({ id: newId(), action, photo, fields });
  }
  if (!isSkip) progress.count(1);
  carousel.putBack(article);
  say(dataset.textUndone);
  goOn();
}

// What was decided before this page was loaded.
let undoing = Promise.resolve();
function undoEarlier() {
  undoing = undoing.then(async () => {
    if (outbox.entries.length) return say(dataset.textUndoLater);
    const last = await get(dataset.last);
    if (last.outcome !== "done") return say(dataset.textUndoLater);
    if (!last.decision) return say(dataset.textNothingToUndo);
    const answer = await post(dataset.undo, { decision: last.decision });
    if (answer.outcome === "conflict") return showConflict(answer);
    if (answer.outcome !== "done") return say(dataset.textUndoLater);
    carousel.putBack(fromHtml(answer.html)[0]);
    progress.count(1);
    say(dataset.textUndone);
    goOn();
  });
}

// Answers

function answered(entry, answer) {
  const { photo, id, action } = entry;
  if (answer.outcome === "done") {
    if (action === "undo") saw(photo, answer.seen);
    return;
  }
  steps = steps.filter((step) => step.id !== id);
  if (action === "undo" && carousel.find(photo)) carousel.takeOut(carousel.find(photo));
  if (answer.outcome === "conflict") showConflict(answer, entry);
  else if (action === "decide") say(answer.outcome === "gone" ? dataset.textGone : dataset.textRefused);
  goOn();
}

function saw(photo, seen) {
  outbox.saw(photo, seen);
  const article = carousel.find(photo) ?? steps.find((step) => step.article.dataset.photo === photo)?.article;
  if (article) article.dataset.seen = seen;
}

function showConflict(answer, entry) {
  const place = page.querySelector("[data-conflicts]");
  askWhose(place, answer, () => stage.focus(), () => {
    const id = newId();
    outbox.add({ ...entry, id, fields: { ...entry.fields, decision: id, seen: answer.seen } });
  });
}

// More photos

function goOn() {
  if (stage.contains(document.activeElement) || document.activeElement === document.body) stage.focus();
  progress.showEnd(!carousel.current && !isAsking);
  if (carousel.articles.length <= FEW_LEFT) refill();
}

async function refill() {
  if (isAsking) return;
  isAsking = true;
  const unsent = outbox.entries.map((entry) => entry.photo);
  const answer = await ask({ unsent });
  isAsking = false;
  if (answer.outcome !== "done") return setTimeout(refill, AGAIN_MS);
  carousel.add(answer.html, outbox.entries.map((entry) => entry.photo));
  progress.show(answer.progress, outbox.entries);
  progress.showEnd(!carousel.current);
}

async function ask(fields) {
  const { order, kind, label } = dataset;
  const answer = await post(dataset.claim, { order, kind, label, known: carousel.photos, ...fields });
  progress.showOutbox(outbox.entries.length, answer.outcome);
  const lost = (answer.lost ?? []).map((photo) => carousel.find(photo)).filter(Boolean);
  lost.forEach((article) => carousel.takeOut(article));
  if (lost.length) say(dataset.textLost);
  return answer;
}

async function renew() {
  if (carousel.current) await ask({ renew: 1 });
  goOn();
}

function say(text, name = "") {
  page.querySelector("[data-said]").textContent = text.replace("{label}", name);
}

// Everything that can be pressed

const actions = {
  confirm,
  search,
  skip,
  undo,
  neither: () => decide(dataset.neither, dataset.neitherName),
  back: () => carousel.move(-1),
  forth: () => carousel.move(1),
  help: () => page.querySelector("[data-help]").showModal(),
  again: refill,
};

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.label) decide(button.dataset.label, button.dataset.name);
  else actions[button.dataset.action]?.();
  if (!document.querySelector("dialog[open]")) stage.focus({ preventScroll: true });
});
page.querySelector("[data-form]").addEventListener("change", (event) => event.currentTarget.submit());
listenToKeys(actions, choose);
whileAtWork(renew);
outbox.send();
refill();
