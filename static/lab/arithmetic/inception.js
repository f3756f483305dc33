// An inception module: four branches look at the same maps, and their channels are stacked.

/**
 * @typedef {{ from: number, to: number, kernel: number }} Convolution
 * @typedef {"one" | "three" | "five" | "pool"} Branch
 * @typedef {{ side: number, from: number, one: number, threeBefore: number, three: number,
 *   fiveBefore: number, five: number, pool: number }} Block channels of each branch, and before it
 */

export const BRANCHES = /** @type {const} */ (["one", "three", "five", "pool"]);

/** @param {number[]} numbers in the order of torchvision's Inception, after the side of the maps */
const block = ([side, from, one, threeBefore, three, fiveBefore, five, pool]) => ({
  ...{ side, from, one, threeBefore, three },
  ...{ fiveBefore, five, pool },
});

/** Those of GoogLeNet: table 1 of Szegedy et al. 2015. @type {Record<string, Block>} */
export const BLOCKS = {
  "3a": block([28, 192, 64, 96, 128, 16, 32, 32]),
  "3b": block([28, 256, 128, 128, 192, 32, 96, 64]),
  "4a": block([14, 480, 192, 96, 208, 16, 48, 64]),
  "4b": block([14, 512, 160, 112, 224, 24, 64, 64]),
  "4c": block([14, 512, 128, 128, 256, 24, 64, 64]),
  "4d": block([14, 512, 112, 144, 288, 32, 64, 64]),
  "4e": block([14, 528, 256, 160, 320, 32, 128, 128]),
  "5a": block([7, 832, 256, 160, 320, 32, 128, 128]),
  "5b": block([7, 832, 384, 192, 384, 48, 128, 128]),
};

/**
 * The convolutions of a branch, one after the other.
 * @param {Block} block
 * @param {Branch} branch
 * @param {{ isNarrowed: boolean, wide: number }} choice whether 1 x 1 convolutions make the large
 *   kernels cheap; how large the largest is: 5 in the paper, 3 in torchvision's
 * @returns {Convolution[]}
 */
export function convolutionsOf(block, branch, { isNarrowed, wide }) {
  const { from } = block;
  if (branch === "one" || branch === "pool") return [{ from, to: block[branch], kernel: 1 }];
  const before = branch === "three" ? block.threeBefore : block.fiveBefore;
  const [to, kernel] = branch === "three" ? [block.three, 3] : [block.five, wide];
  if (!isNarrowed) return [{ from, to, kernel }];
  const narrowing = { from, to: before, kernel: 1 };
  return [narrowing, { from: before, to, kernel }];
}

/** @param {Convolution} convolution */
export const weightsOf = ({ from, to, kernel }) => from * to * kernel * kernel;
