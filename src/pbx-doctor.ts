import type { OnDemandState } from './asterisk/ami/on-demand-link.ts';
import type { KeptRole, LoginState } from './asterisk/pbx-connection.ts';
import type { Core } from './core.ts';
import type { Finding } from './http/schemas/diagnostics.ts';
import type { PbxStatus } from './reconciler/types.ts';
import { recordsFinding } from './records-doctor.ts';

/** What each login is for, so that a person knows what is missing without it. */
const PURPOSE: Record<KeptRole, string> = {
  events: 'hears of calls, registrations and PIN changes',
  query: 'reads what stands on the PBX',
  sync: 'writes accounts and extensions',
  config: 'writes mailboxes and companies',
};

/** Owners named one by one. */
const NAMED = 5;

export async function diagnosePbx(core: Core, status: PbxStatus): Promise<Finding[]> {
  const subject = `PBX ${status.name}`;
  if (status.state === 'disabled') {
    const advice = 'Enable it when it shall be kept in sync again.';
    return [{ subject, state: 'attention', text: 'is disabled', advice }];
  }
  const { connection } = core.connection(status.pbxId);
  const logins = connection.state();
  return [
    stateFinding(subject, status),
    ...(Object.entries(logins) as [KeptRole, LoginState][]).map(([role, login]) => loginFinding(subject, role, login)),
    actFinding(subject, status.name, await connection.actState(true)),
    await behindFinding(core, subject, status),
    driftFinding(subject, status),
    await recordsFinding(core, subject, status.pbxId),
  ];
}

function stateFinding(subject: string, { state, reason, name, blockedPlan, asteriskVersion }: PbxStatus): Finding {
  const version = asteriskVersion === undefined ? '' : `Asterisk ${asteriskVersion}, `;
  if (state === 'offline') {
    const advice = 'Is Asterisk running, its address right, AMI enabled, and our address permitted in manager.conf?';
    return { subject, state: 'bad', text: `cannot be reached: ${reason ?? 'no reason given'}`, advice };
  }
  if (state === 'blocked') {
    const advice = `Look with linekeeper plan ${name}; then linekeeper sync approve ${blockedPlan} --pbx ${name}.`;
    return { subject, state: 'bad', text: `waits for you: ${reason ?? 'a plan deletes too much'}`, advice };
  }
  return { subject, state: 'ok', text: `${version}${state}`, advice: null };
}

/** A login counts as ready only after its rights were read and found enough. */
function loginFinding(subject: string, role: KeptRole, { state, reason }: LoginState): Finding {
  const about = { subject: `${subject}, login ${role}` };
  if (state === 'ready') return { ...about, state: 'ok', text: `ready; it ${PURPOSE[role]}`, advice: null };
  const advice = 'Compare linekeeper-manager.conf on the PBX with `linekeeper pbx install`, and reload manager there.';
  return { ...about, state: 'bad', text: `${state}: ${reason ?? ''}; it ${PURPOSE[role]}`, advice };
}

/** Connected now to see whether it works; without it nothing else is worse. */
function actFinding(subject: string, name: string, { state, reason }: OnDemandState): Finding {
  const about = { subject: `${subject}, login act` };
  const purpose = 'it transfers calls and rings test calls';
  if (state === 'ready') return { ...about, state: 'ok', text: `works; ${purpose}`, advice: null };
  const install = 'Install linekeeper-manager.conf and linekeeper-dialplan.conf of `linekeeper pbx install` again';
  if (state === 'absent') {
    const advice = `${install}; then linekeeper pbx set ${name} --secrets-file FILE. Without it all else goes on.`;
    return { ...about, state: 'attention', text: `is not known; ${purpose}`, advice };
  }
  return { ...about, state: 'attention', text: `${reason ?? state}; ${purpose}`, advice: `${install}.` };
}

async function behindFinding({ db }: Core, subject: string, status: PbxStatus): Promise<Finding> {
  const { pbxId, pending, failed, state } = status;
  const about = { subject: `${subject}, changes` };
  if (pending + failed === 0) return { ...about, state: 'ok', text: 'all are on the PBX', advice: null };
  if (failed === 0) {
    const advice = state === 'offline' ? 'They are kept, and written when it can be reached again.' : null;
    return { ...about, state: 'attention', text: `${pending} on their way`, advice };
  }
  const rows = await db.read.outbox.findMany({ where: { pbxId, NOT: { errorCode: null } }, take: NAMED });
  const names = await Promise.all(rows.map(async (row) => `${await nameOf(db, row)}: ${row.errorReason}`));
  const more = failed > NAMED ? `, and ${failed - NAMED} more` : '';
  const advice =
    'They are tried again every few minutes; at once: linekeeper sync run. One by one: linekeeper doctor <extension>.';
  return {
    ...about,
    state: 'bad',
    text: `${failed} refused (${names.join('; ')}${more}), ${pending} on their way`,
    advice,
  };
}

async function nameOf(db: Core['db'], { ownerType, ownerId }: { ownerType: string; ownerId: string }): Promise<string> {
  const where = { id: ownerId };
  if (ownerType === 'extension') {
    return `extension ${(await db.read.extension.findUnique({ where }))?.number ?? ownerId}`;
  }
  if (ownerType === 'company') return `company ${(await db.read.company.findUnique({ where }))?.slug ?? ownerId}`;
  return `number ${(await db.read.phoneNumber.findUnique({ where }))?.e164 ?? ownerId}`;
}

function driftFinding(subject: string, { drift, name }: PbxStatus): Finding {
  const about = { subject: `${subject}, drift` };
  if (drift === 0) return { ...about, state: 'ok', text: 'none', advice: null };
  const advice = `linekeeper drift ${name} shows it; the policy of this PBX is to report it only.`;
  return { ...about, state: 'attention', text: `${drift} objects were changed by others`, advice };
}
