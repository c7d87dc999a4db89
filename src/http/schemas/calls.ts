import { z } from 'zod';
import { CALL_STATES } from '../../domain/feed/call.ts';
import { whole } from './list.ts';

const id = z.string().max(64).optional();

export const callsQuery = z.strictObject({
  companyId: id,
  extensionId: id.meta({ description: 'Calls in which this extension is or was a party, or that are for it.' }),
  pbxId: id,
  state: z
    .enum(CALL_STATES)
    .optional()
    .meta({ description: 'Without it: all but those that ended, which are still there for a few seconds.' }),
  limit: whole(1, 500).default(50).meta({ description: 'Items of a page.' }),
  cursor: z.string().max(1000).optional().meta({ description: '`nextCursor` of the page before.' }),
});

/** A Linkedid of Asterisk, which may begin with the system's name. */
export const callParams = z.strictObject({ id: z.string().max(200) });
