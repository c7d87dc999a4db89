export type ByteRange = { start: number; end: number } | 'whole' | 'unsatisfiable';

/**
 * The one range of a Range header, `end` included (RFC 9110, section 14). Several ranges, other units and what cannot be read
 * are passed over, as the standard allows.
 */
export function byteRange(header: string | undefined, size: number): ByteRange {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return 'whole';
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < start) return 'whole';
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}

/** Whether If-None-Match names this entity, weak or not (RFC 9110, section 13.1.2). */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
}
