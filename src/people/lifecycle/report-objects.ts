import { mailboxAddress } from '../../domain/company.ts';
import type { SubjectExtension } from '../../domain/lifecycle.ts';
import { type Ref, refOf } from '../../plan/pbx-object.ts';
import type { PbxChannel } from '../../plan/ports.ts';
import type { WorkingReport } from '../../store/lifecycle.ts';
import type { ReportFacts } from '../../store/lifecycle-facts.ts';

/** What was read from the PBX for a report. */
export interface PbxFacts {
  objects: ReadonlyMap<Ref, string | undefined>;
  registered: ReadonlySet<string>;
  channels: readonly PbxChannel[];
  /** How many channels were hung up for each endpoint. */
  hungUp: ReadonlyMap<string, number>;
}

/** The three objects without which nobody registers or calls as this endpoint. */
export function phoneRefs(endpoint: string): Ref[] {
  return [refOf('endpoint', endpoint), refOf('auth', endpoint), refOf('aor', endpoint)];
}

export function behaviourRef(report: WorkingReport, number: string): Ref {
  return refOf('extension', `${report.subject.companySlug}/${number}`);
}

export function mailboxRef(report: WorkingReport, { number, box }: SubjectExtension): Ref {
  return refOf('mailbox', mailboxAddress(report.subject.companySlug, box ?? number));
}

export function numberRef(e164: string): Ref {
  return refOf('number', e164.slice(1));
}

/**
 * The extensions that still say something of this user. One that was given to somebody else since, or made anew after
 * it was deleted, has phones for a good reason.
 */
export function ownExtensions(report: WorkingReport, facts: ReportFacts): SubjectExtension[] {
  return report.subject.extensions.filter((extension) => {
    const present = facts.extensions.find(({ number }) => number === extension.number);
    if (report.action === 'delete') return present === undefined && extension.kept !== true;
    return present?.id === extension.id && present.userId === report.userId;
  });
}

/** Everything that must be read from the PBX to prove a report. */
export function refsOf(report: WorkingReport, facts: ReportFacts): Ref[] {
  const refs = ownExtensions(report, facts).flatMap((extension) => [
    ...extension.endpoints.flatMap(phoneRefs),
    behaviourRef(report, extension.number),
    ...(report.action === 'delete' ? [mailboxRef(report, extension)] : []),
  ]);
  return [...refs, ...report.subject.numbers.map(({ e164 }) => numberRef(e164))];
}

export function endpointsOf(report: WorkingReport): string[] {
  return report.subject.extensions.flatMap(({ endpoints }) => endpoints);
}
