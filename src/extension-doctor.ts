import type { Core } from './core.ts';
import { isLinekeeperError, messageOf } from './errors.ts';
import type { AccountRegistrations, Finding } from './http/schemas/diagnostics.ts';
import { desiredObjects } from './plan/project.ts';
import { registrationsOf } from './registrations.ts';
import { type ExtensionAtPbx, extensionAtPbx } from './sip-accounts.ts';
import { desiredOf } from './store/desired.ts';
import { createDigests } from './store/digests.ts';
import { markOf } from './store/outbox.ts';

/** Follows an extension from the database to its phones, so that the first thing that is wrong is the one to mend. */
export async function diagnoseExtension(core: Core, id: string): Promise<Finding[]> {
  const extension = await extensionAtPbx(core, id);
  return [
    enabledFinding(extension),
    await changesFinding(core, extension),
    await objectsFinding(core, extension),
    ...(await phoneFindings(core, extension)),
  ];
}

function enabledFinding({ number, enabled, suspendedUser }: ExtensionAtPbx): Finding {
  if (suspendedUser !== null) {
    const text = `extension ${number} is suspended, because its user is disabled: no phone may register`;
    const advice = suspendedUser === '' ? 'Give it to another user.' : `linekeeper user enable ${suspendedUser}`;
    return { subject: 'database', state: 'bad', text, advice };
  }
  if (enabled) return { subject: 'database', state: 'ok', text: `extension ${number} is enabled`, advice: null };
  const advice = `linekeeper extension set ${number} --enable`;
  return { subject: 'database', state: 'bad', text: `extension ${number} is disabled: no phone may register`, advice };
}

async function changesFinding({ db }: Core, { id, pbx }: ExtensionAtPbx): Promise<Finding> {
  const mark = await markOf(db, pbx.id, { type: 'extension', id });
  const subject = 'changes';
  if (mark === null) return { subject, state: 'ok', text: `the PBX ${pbx.name} has them all`, advice: null };
  if (mark.errorCode === null) {
    const advice = 'linekeeper doctor tells whether the PBX can be reached.';
    return { subject, state: 'attention', text: `on their way to the PBX ${pbx.name}`, advice };
  }
  const text = `the PBX ${pbx.name} did not take them: ${mark.errorCode}: ${mark.errorReason}`;
  return { subject, state: 'bad', text, advice: 'Mend the reason; then linekeeper sync run.' };
}

/** What should stand on the PBX against what does stand there, read now. */
async function objectsFinding({ db, connection }: Core, { id, pbx }: ExtensionAtPbx): Promise<Finding> {
  const subject = `objects on ${pbx.name}`;
  const owner = { type: 'extension', id } as const;
  const desired = desiredObjects(desiredOf(db.read, db.seal, createDigests(db.seal), [owner]));
  try {
    const observed = await connection(pbx.id).connection.port.observeRefs([...desired.keys()]);
    const missing = [...desired.keys()].filter((ref) => observed.get(ref) === undefined);
    const different = [...desired].filter(([ref, { value }]) => {
      const seen = observed.get(ref);
      return seen !== undefined && seen !== value;
    });
    if (missing.length + different.length === 0) {
      return { subject, state: 'ok', text: `all ${desired.size} are there and as they should be`, advice: null };
    }
    const lost = missing.length === 0 ? [] : [`missing: ${missing.join(', ')}`];
    const changed = different.length === 0 ? [] : [`different: ${different.map(([ref]) => ref).join(', ')}`];
    const advice = `See what would be written with linekeeper plan ${pbx.name}; do it with linekeeper sync run ${pbx.name}.`;
    return { subject, state: 'bad', text: [...lost, ...changed].join('; '), advice };
  } catch (error) {
    return unknown(subject, error);
  }
}

function unknown(subject: string, error: unknown): Finding {
  const reason = isLinekeeperError(error) ? `${error.code}: ${error.message}` : messageOf(error);
  return { subject, state: 'bad', text: `cannot be read: ${reason}`, advice: 'linekeeper doctor tells more.' };
}

async function phoneFindings(core: Core, extension: ExtensionAtPbx): Promise<Finding[]> {
  const { accounts, unknown: reason } = await registrationsOf(core, extension.id);
  if (reason !== null) return [{ subject: 'phones', state: 'bad', text: `cannot be read: ${reason}`, advice: null }];
  return accounts.map((account) => phoneFinding(extension.number, account));
}

function phoneFinding(number: string, { endpoint, ordinal, contacts, lastRejection }: AccountRegistrations): Finding {
  const subject = `phone ${endpoint}`;
  const tried =
    lastRejection === null
      ? ''
      : `last turned away at ${lastRejection.at} from ${lastRejection.remoteAddress}: ${lastRejection.reason}`;
  if (contacts.length > 0) {
    const where = contacts.map(({ uri, userAgent }) => `${uri}${userAgent === '' ? '' : ` (${userAgent})`}`).join(', ');
    const text = `registered at ${where}${tried === '' ? '' : `; ${tried}`}`;
    return { subject, state: 'ok', text, advice: null };
  }
  if (lastRejection === null) {
    const advice = `No phone has tried since the daemon started: look at its address of the PBX, or at a firewall. Try it: linekeeper extension verify ${number}${account(ordinal)}`;
    return { subject, state: 'attention', text: 'not registered, and nobody was turned away', advice };
  }
  return {
    subject,
    state: 'bad',
    text: `not registered; ${tried}`,
    advice: ADVICE[lastRejection.reason]?.(number, ordinal) ?? null,
  };
}

/** By the reason that Asterisk gives. */
const ADVICE: Record<string, (number: string, ordinal: number) => string> = {
  'wrong secret': (number, ordinal) =>
    `The phone has another secret than the database. Make a new one and give it to the phone: linekeeper extension rotate ${number}${account(ordinal)}`,
  'no such account': () => 'The PBX did not know the account at that moment; see the objects above.',
  'address not allowed': () => 'An acl of the PBX refuses the address of the phone.',
};

function account(ordinal: number): string {
  return ordinal === 1 ? '' : ` --account ${ordinal}`;
}
