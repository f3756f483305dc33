// A dense block: each layer sees the maps of all layers before it, and adds a few of its own. Layers
// as in DenseNet-BC of Huang et al. 2017: 1 x 1 to four times as many maps as it adds, then 3 x 3.

/** @typedef {{ start: number, growth: number, layers: number }} DenseBlock */

const BOTTLENECK = 4;
const KERNEL = 3;

/**
 * How many channels a layer sees.
 * @param {DenseBlock} block
 * @param {number} layer from 1
 */
export const seenBy = ({ start, growth }, layer) => start + (layer - 1) * growth;

/** @param {DenseBlock} block */
export const channelsAfter = (block) => seenBy(block, block.layers + 1);

/**
 * Both convolutions of a layer.
 * @param {DenseBlock} block
 * @param {number} layer
 */
export function weightsOfLayer(block, layer) {
  const between = BOTTLENECK * block.growth;
  const narrowing = seenBy(block, layer) * between;
  return { between, weights: narrowing + between * block.growth * KERNEL * KERNEL };
}
