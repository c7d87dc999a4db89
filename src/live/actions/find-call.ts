import { endpointOfChannel } from '../../asterisk/pbx-port/channels.ts';
import type { LiveChannel } from '../../asterisk/pbx-port/live-channels.ts';
import { LinekeeperError } from '../../errors.ts';
import type { EndpointOwner } from '../directory.ts';
import type { ActionDeps, Caller } from './deps.ts';

/** A channel with the SIP account behind it; undefined: somebody outside, or an endpoint of the operator's. */
export interface CallLeg {
  channel: LiveChannel;
  owner: EndpointOwner | undefined;
}

export interface FoundCall {
  pbxId: string;
  /** Linkedid. */
  id: string;
  legs: CallLeg[];
  /** Companies that have a part in it. */
  companyIds: string[];
}

/**
 * The call of this Linkedid as the PBX has it now. One in which the caller's company has no part is not there.
 *
 * @throws LinekeeperError NOT_FOUND, CALL_STATE_INVALID (two PBXs have one of that name), PBX_UNREACHABLE and other AMI_*
 */
export async function findCall(deps: ActionDeps, caller: Caller, id: string, pbxId?: string): Promise<FoundCall> {
  const found: FoundCall[] = [];
  let failure: unknown;
  for (const one of await pbxIds(deps, caller, pbxId)) {
    try {
      const call = await callAt(deps, one, id);
      if (call !== undefined && isPartOf(caller, call)) found.push(call);
    } catch (error) {
      failure ??= error;
    }
  }
  const [call, another] = found;
  if (another !== undefined) {
    const details = { pbxIds: found.map((one) => one.pbxId) };
    throw new LinekeeperError('CALL_STATE_INVALID', 'several PBXs have a call of this id: say pbxId', { details });
  }
  if (call !== undefined) return call;
  throw failure ?? new LinekeeperError('NOT_FOUND', 'there is no such call');
}

function isPartOf({ companyId }: Caller, { companyIds }: FoundCall): boolean {
  return companyId === undefined || companyIds.includes(companyId);
}

async function pbxIds({ db }: ActionDeps, { companyId }: Caller, wanted: string | undefined): Promise<string[]> {
  const where = { enabled: true, ...(companyId === undefined ? {} : { companies: { some: { id: companyId } } }) };
  const rows = await db.read.pbx.findMany({ where, select: { id: true } });
  return rows.map((row) => row.id).filter((one) => wanted === undefined || one === wanted);
}

async function callAt(deps: ActionDeps, pbxId: string, id: string): Promise<FoundCall | undefined> {
  const channels = (await deps.pbx(pbxId).port.liveChannels()).filter(({ linkedId }) => linkedId === id);
  if (channels.length === 0) return undefined;
  const endpoints = channels.flatMap(({ name }) => endpointOfChannel(name) ?? []);
  const owners = await deps.directory.endpoints(pbxId, [...new Set(endpoints)]);
  const legs = channels.map((channel) => ({ channel, owner: owners.get(endpointOfChannel(channel.name) ?? '') }));
  const known = deps.calls?.().find((call) => call.id === id && call.pbxId === pbxId)?.companyId;
  const companyIds = legs.flatMap(({ owner }) => owner?.companyId ?? []).concat(known ?? []);
  return { pbxId, id, legs, companyIds: [...new Set(companyIds)] };
}
