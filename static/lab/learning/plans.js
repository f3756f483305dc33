// The networks that can be compared. Each learns the same digits in the same order.

/** @typedef {import("../arithmetic/network.js").Plan} Plan */

const THREE = [
  { to: 4, isPooled: true },
  { to: 8, isPooled: true },
  { to: 16, isPooled: true },
];

/** @type {Record<string, Plan>} */
export const PLANS = {
  three: { stages: THREE, hasRelu: true },
  more: { stages: [{ to: 4, isPooled: false }, ...THREE], hasRelu: true },
  two: { stages: THREE.slice(0, 2), hasRelu: true },
  straight: { stages: THREE, hasRelu: false },
};
export const USUAL = "three";
