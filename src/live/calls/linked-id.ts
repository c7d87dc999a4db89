/** `[<system name>-]<seconds>.<count>`: true when `left` is from an earlier channel than `right`. */
export function isOlder(left: string, right: string): boolean {
  const [leftSeconds, leftCount] = partsOf(left);
  const [rightSeconds, rightCount] = partsOf(right);
  return leftSeconds === rightSeconds ? leftCount < rightCount : leftSeconds < rightSeconds;
}

function partsOf(id: string): [seconds: number, count: number] {
  const match = /(\d{1,12})\.(\d{1,12})$/.exec(id);
  return match ? [Number(match[1]), Number(match[2])] : [Number.POSITIVE_INFINITY, 0];
}
