import type { LifecycleAction, LifecycleStep, StepName } from '../../domain/lifecycle.ts';
import type { WorkingReport } from '../../store/lifecycle.ts';
import type { ReportFacts } from '../../store/lifecycle-facts.ts';
import { proveCallers, proveNumbers, provePhones } from './prove-objects.ts';
import { endpointsOf, ownExtensions, type PbxFacts } from './report-objects.ts';
import { counted } from './words.ts';

/** What one step found: proved, or why not yet. */
export interface Finding {
  isProved: boolean;
  detail: string;
}

/** What of a user's life cycle is asked of the PBX; the rest stands in the database. */
const ON_PBX: ReadonlySet<StepName> = new Set(['phones', 'registrations', 'calls', 'callers', 'numbers']);

/**
 * The steps of a report after another look. Pure. What was proved once stays proved; `pbx` is what was read from the PBX, or
 * why nothing was. The report is done when nothing waits.
 */
export function prove(
  report: WorkingReport,
  facts: ReportFacts,
  pbx: PbxFacts | string,
  now: number,
): { steps: LifecycleStep[]; isDone: boolean } {
  const steps = report.steps.map((step): LifecycleStep => {
    if (step.state !== 'waiting') return step;
    if (ON_PBX.has(step.name) && typeof pbx === 'string') return { ...step, detail: pbx };
    const { isProved, detail } = find(step.name, report, facts, pbx);
    if (!isProved) return { ...step, detail };
    const isLeft = step.name === 'calls' && report.asked.calls === 'leave';
    return { name: step.name, state: isLeft ? 'left' : 'done', detail, at: now };
  });
  return { steps, isDone: steps.every(({ state }) => state !== 'waiting') };
}

function find(name: StepName, report: WorkingReport, facts: ReportFacts, pbx: PbxFacts | string): Finding {
  switch (name) {
    case 'account':
      return proveAccount(report, facts);
    case 'logins':
      return proveLogins(report, facts);
    case 'memberships':
      return proveMemberships(report, facts);
    case 'sync':
      return proveSync(facts);
  }
  if (typeof pbx === 'string') return { isProved: false, detail: pbx };
  switch (name) {
    case 'phones':
      return provePhones(report, facts, pbx);
    case 'registrations':
      return proveRegistrations(report, facts, pbx);
    case 'calls':
      return proveCalls(report, pbx);
    case 'callers':
      return proveCallers(report, facts, pbx);
    case 'numbers':
      return proveNumbers(report, facts, pbx);
    default:
      return { isProved: true, detail: '' };
  }
}

/** Whether the account is as it shall be afterwards. Who is let in may be what he was before he was disabled: locked, invited. */
const IS_AFTER: Record<LifecycleAction, (state: string | null) => boolean> = {
  disable: (state) => state === 'disabled',
  enable: (state) => state !== null && state !== 'disabled',
  delete: (state) => state === null,
  restore: (state) => state !== null,
};

function proveAccount({ action, subject }: WorkingReport, { userState }: ReportFacts): Finding {
  const note = subject.notes.find(({ name }) => name === 'account')?.detail;
  const isProved = IS_AFTER[action](userState);
  const words = userState === null ? 'the account is gone' : `the account is ${userState}`;
  return { isProved, detail: note === undefined ? words : `${words}; ${note}` };
}

function proveLogins({ subject: { ended } }: WorkingReport, { sessions, tokens, links }: ReportFacts): Finding {
  const left = `${counted(sessions, 'session')}, ${counted(tokens, 'API token')} and ${counted(links, 'open link')} left`;
  const before = `${ended.sessions}, ${ended.tokens} and ${ended.links} ended`;
  return { isProved: sessions + tokens + links === 0, detail: `${left} (${before})` };
}

function proveMemberships({ action }: WorkingReport, facts: ReportFacts): Finding {
  const { roles, groups, externalIds } = facts;
  const words = `${counted(roles, 'role')}, ${counted(groups, 'group')} and ${counted(externalIds, 'external id')}`;
  if (action === 'restore') return { isProved: true, detail: `${words} are back` };
  return { isProved: roles + groups + externalIds === 0, detail: `${words} left` };
}

function proveSync({ marks }: ReportFacts): Finding {
  if (marks.length === 0) return { isProved: true, detail: 'nothing of it waits for the PBX' };
  const failed = marks.find(({ code }) => code !== null);
  if (failed !== undefined) return { isProved: false, detail: `the PBX refuses: ${failed.code}: ${failed.reason}` };
  return { isProved: false, detail: `${counted(marks.length, 'change')} on the way to the PBX` };
}

function proveRegistrations(report: WorkingReport, facts: ReportFacts, pbx: PbxFacts): Finding {
  const endpoints = ownExtensions(report, facts).flatMap((extension) => extension.endpoints);
  const present = endpoints.filter((endpoint) => pbx.registered.has(endpoint));
  if (present.length > 0) return { isProved: false, detail: `still registered: ${present.join(', ')}` };
  return { isProved: true, detail: `0 phones are registered at ${endpoints.join(', ') || 'none of his endpoints'}` };
}

function proveCalls(report: WorkingReport, pbx: PbxFacts): Finding {
  const endpoints = new Set(endpointsOf(report));
  const up = pbx.channels.filter(({ endpoint }) => endpoints.has(endpoint));
  if (report.asked.calls === 'leave') {
    return { isProved: true, detail: `${counted(up.length, 'channel')} left to end by itself, as asked` };
  }
  const hungUp = [...endpoints].reduce((sum, endpoint) => sum + (pbx.hungUp.get(endpoint) ?? 0), 0);
  if (up.length > 0) return { isProved: false, detail: `still up: ${up.map(({ name }) => name).join(', ')}` };
  return { isProved: true, detail: `0 channels are up (${hungUp} hung up)` };
}
