import type { SubjectExtension } from '../../domain/lifecycle.ts';
import type { Ref } from '../../plan/pbx-object.ts';
import type { WorkingReport } from '../../store/lifecycle.ts';
import type { ReportFacts } from '../../store/lifecycle-facts.ts';
import type { Finding } from './prove.ts';
import { behaviourRef, mailboxRef, numberRef, ownExtensions, type PbxFacts, phoneRefs } from './report-objects.ts';

/** Gone after `disable` and `delete`, there again after `enable` and `restore`. */
export function provePhones(report: WorkingReport, facts: ReportFacts, { objects }: PbxFacts): Finding {
  const isGoing = report.action === 'disable' || report.action === 'delete';
  const endpoints = ownExtensions(report, facts)
    .filter(({ enabled }) => isGoing || (enabled && facts.userState !== 'disabled'))
    .flatMap((extension) => extension.endpoints);
  const refs = endpoints.flatMap(phoneRefs);
  const names = endpoints.join(', ');
  if (isGoing) {
    const present = refs.filter((ref) => objects.get(ref) !== undefined);
    if (present.length > 0) return { isProved: false, detail: `still on the PBX: ${present.join(', ')}` };
    return {
      isProved: true,
      detail: names === '' ? 'no endpoint was his' : `endpoint, auth and aor are gone: ${names}`,
    };
  }
  const missing = refs.filter((ref) => objects.get(ref) === undefined);
  if (missing.length > 0) return { isProved: false, detail: `not yet on the PBX: ${missing.join(', ')}` };
  return {
    isProved: true,
    detail: names === '' ? 'no endpoint is to come back' : `endpoint, auth and aor are there: ${names}`,
  };
}

/** What callers of the extensions get, from what the dialplan will read for the next call. */
export function proveCallers(report: WorkingReport, facts: ReportFacts, { objects }: PbxFacts): Finding {
  const own = ownExtensions(report, facts);
  if (own.length === 0) return { isProved: true, detail: 'no extension is left to call' };
  const findings = own.map((extension): Finding => {
    const { number, enabled } = extension;
    if (report.action === 'delete') return proveGone(objects, report, extension);
    const behaviour = parse(objects.get(behaviourRef(report, number)));
    if (report.action === 'disable') return proveSuspended(report, number, behaviour);
    const isOff = behaviour?.enabled === 'no' || behaviour?.forwardSuspended !== undefined;
    const isProved = behaviour !== undefined && isOff === !enabled;
    return { isProved, detail: `${number} ${isOff ? 'is off' : 'rings'}` };
  });
  return { isProved: findings.every((one) => one.isProved), detail: findings.map((one) => one.detail).join('; ') };
}

function proveGone(objects: PbxFacts['objects'], report: WorkingReport, extension: SubjectExtension): Finding {
  const refs: Ref[] = [behaviourRef(report, extension.number), mailboxRef(report, extension)];
  const present = refs.filter((ref) => objects.get(ref) !== undefined);
  if (present.length > 0) return { isProved: false, detail: `still on the PBX: ${present.join(', ')}` };
  return { isProved: true, detail: `${refs.join(' and ')} are gone` };
}

function proveSuspended(report: WorkingReport, number: string, behaviour: Behaviour | undefined): Finding {
  const { answer = 'voicemail', forwardTo } = report.asked.extension ?? {};
  const forward = behaviour?.forwardSuspended;
  const isProved =
    behaviour?.enabled === 'no' &&
    (answer === 'forward' ? forward === forwardTo : forward === undefined) &&
    (answer !== 'nothing' || behaviour.mailbox === undefined);
  if (behaviour === undefined) return { isProved: false, detail: `${number} is not on the PBX` };
  const where =
    forward !== undefined
      ? `callers are forwarded to ${forward}`
      : behaviour.mailbox !== undefined
        ? `callers reach the mailbox ${behaviour.mailbox}`
        : 'callers are told that there is no such number';
  return { isProved, detail: `${number}: ${where}` };
}

export function proveNumbers(report: WorkingReport, facts: ReportFacts, { objects }: PbxFacts): Finding {
  const isGoing = report.action === 'delete';
  const wrong = report.subject.numbers.filter(({ e164 }) => {
    const isAssigned = facts.numbers.some((one) => one.e164 === e164 && one.state === 'assigned');
    return !(isGoing && isAssigned) && (objects.get(numberRef(e164)) !== undefined) === isGoing;
  });
  if (wrong.length > 0) {
    const words = isGoing ? 'still rings on the PBX' : 'is not yet on the PBX';
    return { isProved: false, detail: `${words}: ${wrong.map(({ e164 }) => e164).join(', ')}` };
  }
  const states = facts.numbers.map(({ e164, state, until }) => {
    return `${e164} is ${state}${until === null ? '' : ` until ${until}`}`;
  });
  return { isProved: true, detail: states.join('; ') || 'none' };
}

interface Behaviour {
  enabled?: string;
  forwardSuspended?: string;
  mailbox?: string;
}

/** Undefined for what somebody else has put there. */
function parse(value: string | undefined): Behaviour | undefined {
  try {
    return value === undefined ? undefined : (JSON.parse(value) as Behaviour);
  } catch {
    return undefined;
  }
}
