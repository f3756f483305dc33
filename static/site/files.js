// Files from wherever a person may have them: folders that were dropped, the clipboard.

const JUNK = new Set(["Thumbs.db", "desktop.ini"]);

/** @param {string} name */
const isJunk = (name) => name.startsWith(".") || JUNK.has(name);

/** @param {File} file */
export const isArchive = (file) => /\.zip$/i.test(file.name) || /zip/.test(file.type);

/**
 * @param {FileSystemEntry | null} entry
 * @returns {entry is FileSystemDirectoryEntry}
 */
const isDirectory = (entry) => Boolean(entry?.isDirectory);

/**
 * Entries must be taken before the first await: after it the browser forgets what was dropped.
 * @param {DataTransfer} transfer
 */
export async function droppedFiles(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = items.map((item) => item.getAsFile());
  const found = [];
  for (const [index, entry] of entries.entries()) {
    found.push(...(isDirectory(entry) ? await filesBelow(entry) : [plain[index]]));
  }
  return found.filter((file) => file !== null).filter((file) => !isJunk(file.name));
}

/**
 * @param {FileSystemDirectoryEntry} directory
 * @returns {Promise<File[]>}
 */
async function filesBelow(directory) {
  const found = [];
  for (const entry of await entriesOf(directory)) {
    if (isJunk(entry.name)) continue;
    found.push(...(isDirectory(entry) ? await filesBelow(entry) : [await fileOf(entry)]));
  }
  return found;
}

/**
 * A reader hands out a hundred entries at a time.
 * @param {FileSystemDirectoryEntry} directory
 */
async function entriesOf(directory) {
  const reader = directory.createReader();
  /** @type {() => Promise<FileSystemEntry[]>} */
  const read = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  const entries = [];
  for (let some = await read(); some.length; some = await read()) entries.push(...some);
  return entries.sort((one, other) => one.name.localeCompare(other.name));
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<File>}
 */
function fileOf(entry) {
  const file = /** @type {FileSystemFileEntry} */ (entry);
  return new Promise((resolve, reject) => file.file(resolve, reject));
}
