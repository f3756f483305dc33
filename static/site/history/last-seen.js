// The photo whose page was open last, for the list that it is in.
const KEY = "ark-last-photo";

export const lastSeen = () => sessionStorage.getItem(KEY) ?? "";

/** @param {string} photo  its id in hex digits */
export const see = (photo) => sessionStorage.setItem(KEY, photo);
