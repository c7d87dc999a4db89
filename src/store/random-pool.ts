import { randomFillSync } from 'node:crypto';

/** Random bytes drawn in blocks: an import asks for small pieces thousands of times, and each call of the kernel costs. */
export function createRandomPool(blockSize = 16_384): (size: number) => Buffer {
  const block = Buffer.alloc(blockSize);
  let offset = block.length;
  return (size) => {
    if (offset + size > block.length) {
      randomFillSync(block);
      offset = 0;
    }
    offset += size;
    const piece = Buffer.from(block.subarray(offset - size, offset));
    // What was handed out must not be readable from the pool afterwards.
    block.fill(0, offset - size, offset);
    return piece;
  };
}
