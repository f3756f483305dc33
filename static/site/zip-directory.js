// The directory of a ZIP archive, without its content: enough to ask about what it is called in
// there. The server reads it, as it reads whole archives, so both find the same names.

const END_SIZE = 22;
const LONGEST_COMMENT = 65535;
const END_MARK = 0x06054b50;

/**
 * Null where there is none, or one of more than 4 GB: the server will say what is wrong with it.
 * @param {File} file
 * @returns {Promise<Blob | null>}
 */
export async function directoryOf(file) {
  const tail = file.slice(-(END_SIZE + LONGEST_COMMENT));
  const bytes = new DataView(await tail.arrayBuffer());
  const end = endIn(bytes);
  if (end < 0) return null;
  const size = bytes.getUint32(end + 12, true);
  const place = file.size - bytes.byteLength + end - size;
  if (size === 0xffffffff || place < 0) return null;
  bytes.setUint32(end + 16, 0, true); // it begins where the blob begins
  return new Blob([file.slice(place, place + size), bytes.buffer.slice(end)]);
}

/** @param {DataView} bytes */
function endIn(bytes) {
  for (let place = bytes.byteLength - END_SIZE; place >= 0; place -= 1) {
    if (bytes.getUint32(place, true) === END_MARK) return place;
  }
  return -1;
}
