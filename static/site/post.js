// Sends a file to a batch, and says why it was not taken.
import * as session from "../session.js";

export const BUSY = "busy"; // the server asks to come again in a moment
/** @type {Record<number, string>} */
const REASONS = { 503: BUSY, 507: "disk-full" };

/** @typedef {(event: ProgressEvent) => void} OnProgress */

/**
 * Once more with another token if the page's is too old.
 * @param {string} address
 * @param {FormData} body
 * @param {OnProgress} onProgress
 * @returns {Promise<XMLHttpRequest>}
 */
export async function post(address, body, onProgress) {
  try {
    return await postOnce(address, body, onProgress);
  } catch (reason) {
    if (reason !== "csrf") throw reason;
    await session.renew();
    return postOnce(address, body, onProgress);
  }
}

/**
 * XMLHttpRequest, because fetch does not tell how much has been sent.
 * @param {string} address
 * @param {FormData} body
 * @param {OnProgress} onProgress
 * @returns {Promise<XMLHttpRequest>}
 */
function postOnce(address, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const [name, value] of Object.entries(session.headers())) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", onProgress);
    request.addEventListener("error", () => reject("offline"));
    request.addEventListener("load", () => {
      if (request.status === 200) resolve(request);
      else reject(reasonOf(request));
    });
    request.send(body);
  });
}

/**
 * Why it was not taken, as the card of a lost file knows it.
 * @param {Response | XMLHttpRequest} response
 */
export function reasonOf(response) {
  return session.problemOf(response) || REASONS[response.status] || "error";
}
