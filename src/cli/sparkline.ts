const BARS = '▁▂▃▄▅▆▇█';
const WIDTH = 72;

/** Values as small bars, the most of neighbours where there are too many; a blank where nothing is known. */
export function sparkline(values: readonly (number | null)[], width = WIDTH): string {
  const step = Math.max(1, Math.ceil(values.length / width));
  const columns: (number | null)[] = [];
  for (let at = 0; at < values.length; at += step) {
    const known = values.slice(at, at + step).filter((value) => value !== null);
    columns.push(known.length === 0 ? null : Math.max(...known));
  }
  const most = Math.max(1, ...columns.map((value) => value ?? 0));
  return columns.map((value) => (value === null ? ' ' : BARS[Math.round((value / most) * (BARS.length - 1))])).join('');
}
