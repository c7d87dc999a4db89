import { LinekeeperError } from './errors.ts';
import type { CallActions, TransferInput } from './http/routes/call-actions.ts';
import { createKick } from './kick.ts';
import { audited } from './live/actions/audited.ts';
import type { ActionDeps, Caller } from './live/actions/deps.ts';
import { type FoundCall, findCall } from './live/actions/find-call.ts';
import { followTransfer } from './live/actions/follow-transfer.ts';
import { type PlannedTransfer, planTransfer } from './live/actions/plan-transfer.ts';
import { createPhoneActions, type PhoneActionDeps } from './phone-actions.ts';

/** What administrators do to calls, phones and people, each with its outcome read back from the PBX. */
export function createCallActions(deps: PhoneActionDeps): CallActions {
  const { db } = deps;
  const noteOf = (caller: Caller, action: string, call: FoundCall) => ({
    actor: caller.actor,
    action,
    objectType: 'call',
    objectId: call.id,
    companyId: caller.companyId ?? call.companyIds[0] ?? null,
  });
  return {
    async hangUp(caller, id, pbxId) {
      const call = await findCall(deps, caller, id, pbxId);
      const note = { ...noteOf(caller, 'call.hung_up', call), details: { channels: namesOf(call) } };
      return audited(
        db,
        note,
        () => deps.pbx(call.pbxId).port.endCall(id),
        (ended) => ({ ...ended }),
      );
    },
    async transfer(caller, id, input) {
      const call = await findCall(deps, caller, id, input.pbxId);
      const { order, kept } = planTransfer(call.legs, id, input.to, input.keep);
      const context = await contextOf(deps, caller, call, order, input);
      const { port } = deps.pbx(call.pbxId);
      const { name: keptChannel, uniqueId } = kept.channel;
      const before = call.legs.map(({ channel }) => channel);
      const details = { to: input.to, channel: order.channel, kept: keptChannel };
      return audited(
        db,
        { ...noteOf(caller, 'call.transferred', call), details },
        async () => {
          await port.transfer({ kind: order.kind, channel: order.channel, to: order.to, context });
          const state = await followTransfer(port, uniqueId, before);
          return { state, to: input.to, kept: keptChannel };
        },
        ({ state }) => ({ state }),
      );
    },
    ...createPhoneActions(deps),
    kick: createKick(deps),
  };
}

function namesOf({ legs }: FoundCall): string[] {
  return legs.map(({ channel }) => channel.name);
}

/** The dialplan context of the company that pays, in which `to` must mean something. */
async function contextOf(
  { db }: ActionDeps,
  caller: Caller,
  call: FoundCall,
  { companyId: paying }: PlannedTransfer['order'],
  { to }: TransferInput,
): Promise<string> {
  const companyId = paying ?? (call.companyIds.length === 1 ? call.companyIds[0] : undefined);
  const company =
    companyId === undefined
      ? null
      : await db.read.company.findUnique({ where: { id: companyId }, select: { slug: true } });
  if (companyId === undefined || company === null || (caller.companyId ?? companyId) !== companyId) {
    throw new LinekeeperError('CALL_STATE_INVALID', 'the call cannot be transferred: it is no call of one company');
  }
  const isOutside = to.startsWith('+');
  // A feature or emergency number is no extension: nobody is transferred to 112.
  if (!isOutside && (await db.read.extension.count({ where: { companyId, number: to } })) === 0) {
    const message = `the company has no extension ${to}`;
    throw new LinekeeperError('REFERENCE_INVALID', `to: ${message}`, {
      fields: [{ path: 'to', code: 'REFERENCE_INVALID', message }],
    });
  }
  if (paying !== undefined) return `lk-${company.slug}`;
  return isOutside ? 'linekeeper-outside' : 'linekeeper-extension';
}
