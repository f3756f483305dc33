// Files from wherever a person may have them: chosen, dropped with their folders, on the clipboard.
import { isSystemName } from "./system-files.js";

/**
 * `unread`: files and folders that the browser may not read. `leftOut`: how many systems' files.
 * @typedef {{ files: File[], unread: FileSystemEntry[], leftOut: number }} Given
 */

/** @type {WeakMap<File, string>} */
const folders = new WeakMap();

/**
 * The name of the folder that a file lay in; undefined if it came by itself.
 * @param {File} file
 */
export const folderOf = (file) => folders.get(file);

/**
 * @param {File} file
 * @param {string} path
 */
function noteFolder(file, path) {
  const folder = path.split("/").filter(Boolean).at(-2);
  if (folder !== undefined) folders.set(file, folder);
}

/** @param {File} file */
export const isArchive = (file) => /\.zip$/i.test(file.name) || /zip/.test(file.type);

/**
 * @param {FileSystemEntry | null} entry
 * @returns {entry is FileSystemDirectoryEntry}
 */
export const isDirectory = (entry) => Boolean(entry?.isDirectory);

/** @returns {Given} */
const nothing = () => ({ files: [], unread: [], leftOut: 0 });

/**
 * Files that were chosen one by one, or with their folder.
 * @param {Iterable<File>} files
 */
export function chosenFiles(files) {
  const given = nothing();
  for (const file of files) {
    const names = (file.webkitRelativePath || file.name).split("/");
    if (names.some(isSystemName)) given.leftOut += 1;
    else given.files.push(file);
    noteFolder(file, names.join("/"));
  }
  return given;
}

/**
 * Entries must be taken before the first await: after it the browser forgets what was dropped.
 * @param {DataTransfer} transfer
 */
export async function droppedFiles(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = items.map((item) => item.getAsFile());
  const given = nothing();
  for (const [index, entry] of entries.entries()) {
    const file = plain[index];
    if (isDirectory(entry) || (entry && !file)) await take(entry, given);
    else if (file && isSystemName(file.name)) given.leftOut += 1;
    else if (file) given.files.push(file);
  }
  return given;
}

/**
 * What could not be read, once more.
 * @param {FileSystemEntry} entry
 */
export async function readAgain(entry) {
  const given = nothing();
  await take(entry, given);
  return given;
}

/**
 * Browsers remember a file as it was when it was chosen: changed, moved or forbidden since, it
 * cannot be read.
 * @param {File} file
 */
export async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {FileSystemEntry} entry
 * @param {Given} given
 * @param {boolean} [isBelowSystems]
 */
async function take(entry, given, isBelowSystems = false) {
  const isSystems = isBelowSystems || isSystemName(entry.name);
  if (isDirectory(entry)) {
    const { entries, isWhole } = await entriesOf(entry);
    for (const below of entries) await take(below, given, isSystems);
    if (isWhole) return;
  }
  if (isSystems) given.leftOut += 1;
  else if (isDirectory(entry)) given.unread.push(entry);
  else await takeFile(entry, given);
}

/**
 * @param {FileSystemEntry} entry
 * @param {Given} given
 */
async function takeFile(entry, given) {
  try {
    const file = await fileOf(entry);
    noteFolder(file, entry.fullPath);
    given.files.push(file);
  } catch {
    given.unread.push(entry);
  }
}

/**
 * A reader hands out a hundred entries at a time; what came before an error is kept.
 * @param {FileSystemDirectoryEntry} directory
 */
async function entriesOf(directory) {
  const reader = directory.createReader();
  /** @type {() => Promise<FileSystemEntry[]>} */
  const read = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  /** @type {FileSystemEntry[]} */
  const entries = [];
  let isWhole = true;
  try {
    for (let some = await read(); some.length; some = await read()) entries.push(...some);
  } catch {
    isWhole = false;
  }
  entries.sort((one, other) => one.name.localeCompare(other.name));
  return { entries, isWhole };
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<File>}
 */
function fileOf(entry) {
  const file = /** @type {FileSystemFileEntry} */ (entry);
  return new Promise((resolve, reject) => file.file(resolve, reject));
}
