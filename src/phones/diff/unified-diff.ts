/** Equal lines that are shown around a change. */
const CONTEXT = 3;
/** Beyond this many differing lines the whole file is said to be another: nobody reads such a diff, and it costs its square. */
const MOST_EDITS = 2000;

type Edit = [sign: ' ' | '-' | '+', line: string];

/** What became of a text, as `diff -u` writes it; "" when nothing did. */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return '';
  const edits = editsOf(linesOf(before), linesOf(after));
  return [`--- ${name}`, `+++ ${name}`, ...hunksOf(edits)].join('\n').concat('\n');
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The shortest way from one to the other (Myers 1986, greedy), equal ends left out first. */
function editsOf(a: readonly string[], b: readonly string[]): Edit[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const same = (lines: readonly string[]) => lines.map((line): Edit => [' ', line]);
  const middle = shortest(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))];
}

function shortest(a: readonly string[], b: readonly string[]): Edit[] {
  const trace: Map<number, number>[] = [];
  const reach = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_EDITS); d++) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      let x = isDown(reach, k, d) ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a, b);
    }
  }
  return [...a.map((line): Edit => ['-', line]), ...b.map((line): Edit => ['+', line])];
}

function isDown(reach: ReadonlyMap<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && (reach.get(k - 1) ?? 0) < (reach.get(k + 1) ?? 0));
}

function walkBack(trace: readonly Map<number, number>[], a: readonly string[], b: readonly string[]): Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d] as Map<number, number>;
    const k = x - y;
    const from = isDown(reach, k, d) ? k + 1 : k - 1;
    const fromX = reach.get(from) ?? 0;
    const fromY = fromX - from;
    // Equal lines come last in each step.
    while (x > Math.max(fromX, 0) && y > Math.max(fromY, 0)) {
      edits.push([' ', a[--x] as string]);
      y--;
    }
    if (d === 0) break;
    if (x === fromX) edits.push(['+', b[--y] as string]);
    else edits.push(['-', a[--x] as string]);
  }
  return edits.reverse();
}

function hunksOf(edits: readonly Edit[]): string[] {
  const changed = edits.flatMap(([sign], i) => (sign === ' ' ? [] : [i]));
  const hunks: [from: number, to: number][] = [];
  for (const i of changed) {
    const last = hunks.at(-1);
    if (last !== undefined && i - CONTEXT <= last[1] + 1) last[1] = Math.min(edits.length - 1, i + CONTEXT);
    else hunks.push([Math.max(0, i - CONTEXT), Math.min(edits.length - 1, i + CONTEXT)]);
  }
  return hunks.flatMap(([from, to]) => {
    const part = edits.slice(from, to + 1);
    const count = (signs: string, of: readonly Edit[]) => of.filter(([sign]) => signs.includes(sign)).length;
    const earlier = edits.slice(0, from);
    const place = (signs: string) => {
      const length = count(signs, part);
      return `${count(signs, earlier) + (length === 0 ? 0 : 1)},${length}`;
    };
    return [`@@ -${place(' -')} +${place(' +')} @@`, ...part.map(([sign, line]) => sign + line)];
  });
}
