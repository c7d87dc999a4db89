/** 12,000 */
export function number(n: number): string {
  return n.toLocaleString('en-US');
}

/** 1 extension, 2 extensions, 12,000 extensions */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** 850 ms, 3 s, 4 min, 2 h, 5 days */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export function ago(iso: string | null, now = Date.now()): string {
  return iso === null ? 'never' : `${duration(Math.max(0, now - Date.parse(iso)))} ago`;
}
