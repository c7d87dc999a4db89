import { z } from 'zod';
import { LinekeeperError } from '../errors.ts';
import type { Scalar } from '../store/queries/page.ts';

const scalar = z.union([z.string(), z.number()]);
const shape = z.tuple([z.string(), scalar, scalar]);

/** Where a page ended. It carries the sort it was made for, because under another one it means nothing. */
export function encodeCursor(sort: string, position: [Scalar, Scalar]): string {
  return Buffer.from(JSON.stringify([sort, ...position])).toString('base64url');
}

export function decodeCursor(cursor: string, sort: string): [Scalar, Scalar] {
  const parsed = shape.safeParse(parse(cursor));
  if (!parsed.success || parsed.data[0] !== sort) {
    throw new LinekeeperError('CURSOR_INVALID', 'this cursor was not made by this list with this sort');
  }
  return [parsed.data[1], parsed.data[2]];
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
