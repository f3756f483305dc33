// The labels that a page offers: templates/labels/_option.html.
import { all } from "../dom.js";

/** @typedef {{ slug: string, name: string, names: string, kind: string, parent: string }} Label */

/**
 * However it is written: an accent may be a character of its own.
 * @param {string} text
 */
export const plain = (text) => text.normalize("NFC").toLowerCase().trim();

/**
 * By their slugs.
 * @param {ParentNode} list
 */
export function labelsIn(list) {
  const labels = all("[data-slug]", HTMLElement, list).map(labelOf);
  return new Map(labels.map((label) => [label.slug, label]));
}

/**
 * @param {HTMLElement} option
 * @returns {Label}
 */
export function labelOf({ dataset }) {
  const { slug = "", name = "", names = "", kind = "", parent = "" } = dataset;
  return { slug, name, names, kind, parent };
}

/**
 * Whether this is what a label is called, in any language.
 * @param {Label} label
 * @param {string} text
 */
export const isCalled = ({ names }, text) => names.split("|").map(plain).includes(plain(text));

/**
 * The labels that a new one may stand below, the nearest first: the one that was said here, and
 * those above it.
 * @param {Map<string, Label>} labels
 * @param {string} slug
 */
export function lineageOf(labels, slug) {
  /** @type {Label[]} */
  const found = [];
  for (let label = labels.get(slug); label && !found.includes(label); ) {
    if (label.kind !== "neither") found.push(label);
    label = labels.get(label.parent);
  }
  return found;
}

/**
 * Where a new label stands at first. Where a photo was said to show neither, it is something else.
 * @param {Label | undefined} below
 * @param {Label | undefined} said
 */
export function placeOf(below, said) {
  if (below) return `below:${below.slug}`;
  return said?.kind === "neither" ? "kind:other" : "";
}
