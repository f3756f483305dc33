// The review queue: templates/staff/review/queue.html. A decision takes effect here at once; the
// outbox tells the server about it when it can.
import { all, around, fromHtml, maybe, the } from "../../dom.js";
import { pictureActions, tell } from "./about.js";
import { FIRST_KEY } from "./at-hand.js";
import { listenToBursts, restOfBurst } from "./burst.js";
import { Carousel, photoOf } from "./carousel.js";
import { askWhose } from "./conflict.js";
import { listenToKeys } from "./keys.js";
import { hideNote, noteActions } from "./notes.js";
import { Outbox, opposite } from "./outbox.js";
import { atHand, pickFor } from "./pick.js";
import { pictureOf } from "./picture.js";
import { Progress } from "./progress.js";
import { AGAIN_MS, get, newId, post } from "./send.js";
import { agreement, followOwner, toggleAnother } from "./suggestion.js";
import { whileAtWork } from "./work.js";

const FEW_LEFT = 4;
const OFFERED = "[data-answers]:not([hidden])"; // of the part that the label is about
const page = the("[data-queue]", HTMLElement);
const dataset = /** @type {Record<string, string>} */ (page.dataset); // of the page's template
const stage = the("[data-stage]", HTMLElement, page);
const carousel = new Carousel(stage);
const progress = new Progress(page);
const outbox = new Outbox(
  `ark-review-${dataset.person}`,
  {
    decide: dataset.decide,
    annotate: dataset.annotate,
    note: dataset.note,
    ask: dataset.ask,
    skip: dataset.skip,
    undo: dataset.undo,
  },
  { answered, changed: (count, outcome) => progress.showOutbox(count, outcome) },
);

/**
 * @typedef {import("./outbox.js").Action} Action
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {import("./send.js").Answer} Answer
 * @typedef {import("./send.js").Fields} Fields
 */

/** @type {{ id: string, action: Action, article: HTMLElement }[]} */
let steps = []; // what U takes back
let isAsking = false;

// Decisions

/**
 * @param {string} slug
 * @param {string} name
 */
function decide(slug, name, article = carousel.current) {
  if (!slug || !article?.isConnected) return;
  if (!carousel.isDrawn(article)) return say(dataset.textUnseen);
  const { box } = pictureOf(article);
  const about = box ? JSON.stringify(box) : ""; // without: as it was
  const { seen = "", blind = "" } = article.dataset;
  const rest = { ...agreement(article), ...restOfBurst(article) };
  leave(article, "decide", { label: slug, seen, blind, box: about, ...rest });
  say(dataset.textDecided, name);
}

function skip() {
  const article = carousel.current;
  if (!article) return;
  leave(article, "skip", {});
  say(dataset.textSkipped);
}

/**
 * @param {HTMLElement} article
 * @param {Action} action
 * @param {Fields} fields
 */
function leave(article, action, fields) {
  if (action !== "skip") progress.count(-1);
  const id = newId();
  const photo = photoOf(article);
  outbox.add({ id, action, photo, fields: { decision: id, photo, ...fields } });
  steps.push({ id, action, article });
  carousel.takeOut(article);
  goOn();
}

/**
 * Of a photo that stays where it is.
 * @param {HTMLElement} article
 * @param {Action} action
 * @param {Fields} fields
 */
function add(article, action, fields) {
  const id = newId();
  const photo = photoOf(article);
  outbox.add({ id, action, photo, fields: { photo, part: id, ...fields } });
  steps.push({ id, action, article });
  return id;
}

function confirm() {
  if (carousel.current) maybe(`${OFFERED} [data-confirm]`, HTMLElement, carousel.current)?.click();
  else refill();
}

/** @param {number} place */
function choose(place) {
  if (!carousel.current) return;
  if (place >= FIRST_KEY) return atHand.press(place);
  all(`${OFFERED} [data-choice]`, HTMLElement, carousel.current)[place - 1]?.click();
}

async function search() {
  const article = carousel.current;
  if (!article) return;
  const label = await pickFor(article, OFFERED);
  if (label) decide(label.slug, label.name, article);
}

/**
 * @param {HTMLElement} article
 * @param {string} box
 */
async function labelPart(article, box) {
  const label = await pickFor(article, OFFERED);
  if (!label) return;
  const id = add(article, "annotate", { box, label: label.slug });
  pictureOf(article).showLabelled(id, label.name);
  say(dataset.textPart, label.name);
}

// Undo

function undo() {
  const step = steps.pop();
  if (!step) return undoEarlier();
  const { id, article } = step;
  const photo = photoOf(article);
  if (!outbox.withdraw(id)) outbox.add({ id: newId(), photo, ...opposite(step.action, id, photo) });
  if (step.action === "decide" || step.action === "ask") progress.count(1);
  if (step.action === "note") hideNote(article, id);
  if (step.action === "annotate") pictureOf(article).takeBack(id);
  carousel.putBack(article);
  say(dataset.textUndone);
  goOn();
}

/** @type {Promise<unknown>} */
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

/**
 * @param {Entry} entry
 * @param {Answer} answer
 */
function answered(entry, answer) {
  const { photo, id, action } = entry;
  if (answer.outcome === "done") {
    if (action === "undo") saw(photo, answer.seen);
    return;
  }
  steps = steps.filter((step) => step.id !== id);
  const back = carousel.find(photo);
  if (action === "undo" && back) carousel.takeOut(back);
  if (answer.outcome === "conflict") showConflict(answer, entry);
  else if (action === "decide" || action === "annotate")
    say(answer.outcome === "gone" ? dataset.textGone : dataset.textRefused);
  goOn();
}

/**
 * @param {string} photo
 * @param {string} seen
 */
function saw(photo, seen) {
  outbox.saw(photo, seen);
  const article =
    carousel.find(photo) ?? steps.find((step) => photoOf(step.article) === photo)?.article;
  if (article) article.dataset.seen = seen;
}

/**
 * @param {Answer} answer
 * @param {Entry} [mine]
 */
function showConflict({ html, seen }, mine) {
  const place = the("[data-conflicts]", HTMLElement, page);
  const putMine = () => {
    if (!mine) return;
    const id = newId();
    outbox.add({ ...mine, id, fields: { ...mine.fields, decision: id, seen } });
  };
  askWhose(place, html, () => stage.focus(), putMine);
}

// More photos

function goOn() {
  if (stage.contains(document.activeElement) || document.activeElement === document.body)
    stage.focus({ preventScroll: true });
  progress.showEnd(!carousel.current && !isAsking);
  if (carousel.articles.length <= FEW_LEFT) refill();
}

const photosUnsent = () => outbox.entries.map((entry) => entry.photo);

async function refill() {
  if (isAsking) return;
  isAsking = true;
  const answer = await claim({ unsent: photosUnsent() });
  isAsking = false;
  if (answer.outcome !== "done") return setTimeout(refill, AGAIN_MS);
  carousel.add(answer.html, photosUnsent());
  progress.show(answer.progress, outbox.entries);
  progress.showEnd(!carousel.current);
}

/** @param {Fields} fields */
async function claim(fields) {
  const { order, kind, label } = dataset;
  const answer = await post(dataset.claim, {
    order,
    kind,
    label,
    known: carousel.photos,
    ...fields,
  });
  progress.showOutbox(outbox.entries.length, answer.outcome);
  /** @type {string[]} */
  const taken = answer.lost ?? [];
  const lost = taken
    .map((photo) => carousel.find(photo))
    .filter((article) => article !== undefined);
  for (const article of lost) carousel.takeOut(article);
  if (lost.length) say(dataset.textLost);
  return answer;
}

async function renew() {
  if (carousel.current) await claim({ renew: 1 });
  goOn();
}

/**
 * @param {string} text
 * @param {string} name
 */
function say(text, name = "") {
  the("[data-status]", HTMLElement, page).textContent = text.replace("{label}", name);
}

// Everything that can be pressed

const ofPicture = { current: () => carousel.current, say, labelPart, texts: dataset };
/** @type {Record<string, () => unknown>} */
const actions = {
  confirm,
  search,
  skip,
  undo,
  owner: () => followOwner(carousel.current),
  another: () => {
    const text = toggleAnother(carousel.current);
    if (text) say(text);
  },
  neither: () => decide(dataset.neither, dataset.neitherName),
  back: () => carousel.move(-1),
  forth: () => carousel.move(1),
  help: () => the("[data-help]", HTMLDialogElement, page).showModal(),
  again: refill,
  // Beside the queue, in a tab of its own; what is at hand stays.
  why: () => carousel.current && maybe("[data-why]", HTMLAnchorElement, carousel.current)?.click(),
  ...noteActions({ ...ofPicture, add, leave }),
  ...pictureActions(ofPicture),
};

page.addEventListener("click", (event) => {
  const button = around(event, "button");
  if (!button) return;
  const { label, name = "", action = "", pick: part } = button.dataset;
  if (label) decide(label, name);
  else if (part && carousel.current) pictureOf(carousel.current).pick(part);
  else actions[action]?.();
  const isElsewhere = document.querySelector("dialog[open]") || action === "draw";
  if (!isElsewhere) stage.focus({ preventScroll: true });
});
const filters = the("[data-form]", HTMLFormElement, page);
filters.addEventListener("change", () => filters.submit());
stage.addEventListener("ark:shown", () => carousel.current && pictureOf(carousel.current));
stage.addEventListener("ark:about", () => carousel.current && tell(carousel.current, ofPicture));
listenToKeys(actions, choose);
listenToBursts();
whileAtWork(renew);
outbox.send();
refill();
