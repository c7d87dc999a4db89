import { type BroadcastInput, broadcastInputSchema } from '../../domain/broadcast.ts';
import { isLinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import {
  type MassAction,
  type MassContext,
  type MassResult,
  type MassUndo,
  massAction,
} from '../../store/mass-action.ts';
import { usersInSet } from '../../store/user-set.ts';
import { cancelBroadcast, createBroadcast, sendTimeOf } from '../broadcasts.ts';
import { idsOf } from './judge.ts';

const paramsSchema = broadcastInputSchema.omit({ target: true });
type Params = Omit<BroadcastInput, 'target'>;

interface Before {
  broadcastId: string;
}

/**
 * One broadcast to all of them, made in the transaction that gives the rows their results: there is never a second one.
 * Who is not active when it is sent does not get it, as with any broadcast.
 */
export const broadcastAction: MassAction = massAction<Params>({
  name: 'broadcast',
  on: 'users',
  title: 'Send users a message',
  needs: 'messages:write',
  params: paramsSchema,
  isWhole: true,
  async check(_tx, _context, { sendAt }) {
    sendTimeOf(sendAt, new Date(), 'params.sendAt');
  },
  async apply(tx, context, objects, params): Promise<MassResult[]> {
    const users = await usersInSet(tx, context.companyId, idsOf(objects));
    if (users.length === 0) return [];
    const { sendAt, ...message } = params;
    // A job may be started long after it was made: what should have been sent by now is sent now.
    const isOver = sendAt !== undefined && new Date(sendAt).getTime() <= Date.now();
    const input = { ...message, ...(isOver || sendAt === undefined ? {} : { sendAt }) };
    const target = { userIds: idsOf(users), groupIds: [] };
    const { actor, companyId } = context;
    const broadcastId = await createBroadcast(tx, { actor, ifVersion: undefined }, companyId, { ...input, target });
    const before: Before = { broadcastId };
    return users.map(({ id }) => ({ id, result: 'updated', before, changes: { message: [null, message.text] } }));
  },
  undo: takeBack,
});

/** What is not on its way yet is canceled, for all of them. */
async function takeBack(tx: Tx, { actor }: MassContext, rows: readonly MassUndo[]) {
  const reasons = new Map<string, string | undefined>();
  const idOf = ({ before }: MassUndo) => (before as Before).broadcastId;
  for (const id of new Set(rows.map(idOf))) reasons.set(id, await cancelOrWhyNot(tx, actor, id));
  return rows.map((row) => {
    const reason = reasons.get(idOf(row));
    return reason === undefined ? { id: row.id, ok: true } : { id: row.id, ok: false, reason };
  });
}

async function cancelOrWhyNot(tx: Tx, actor: string, id: string): Promise<string | undefined> {
  try {
    await cancelBroadcast(tx, { actor, ifVersion: undefined }, id);
    return undefined;
  } catch (error) {
    if (isLinekeeperError(error) && ['NOT_FOUND', 'BROADCAST_STATE_INVALID'].includes(error.code)) return error.message;
    throw error;
  }
}
