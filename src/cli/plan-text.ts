import type { Plan, PlanChange } from './api/views.ts';
import type { Terminal } from './terminal.ts';
import { count } from './words.ts';

const SIGN = { create: '+', update: '~', delete: '-' } as const;
const STYLE = { create: 'good', update: 'warn', delete: 'bad' } as const;

/** A plan as a diff: one line an object, below it the fields that differ. Secrets were masked by the daemon. */
export function planText(name: string, plan: Plan, { style }: Pick<Terminal, 'style'>): string {
  const isEmpty = plan.changes.length + plan.refusals.length === 0;
  const reported = plan.drift.filter(({ action }) => action === 'reported');
  const lines: string[] = [];
  for (const change of plan.changes) {
    const why = change.cause === 'drift' ? style('dim', '  (was changed on the PBX)') : '';
    lines.push(`  ${style(STYLE[change.op], `${SIGN[change.op]} ${change.ref}`)}${why}`);
    for (const line of fieldLines(change)) lines.push(`      ${line}`);
  }
  for (const { ref, code, reason } of plan.refusals) lines.push(`  ${style('bad', `! ${ref}`)}  ${code}: ${reason}`);
  for (const { ref, kind } of reported) lines.push(`  ${style('warn', `? ${ref}`)}  ${kind} on the PBX; only reported`);
  const ops = (op: PlanChange['op']) => plan.changes.filter((change) => change.op === op).length;
  const summary = isEmpty
    ? `${name}: nothing to do`
    : `${name}: plan ${plan.id}: ${ops('create')} to create, ${ops('update')} to update, ${ops('delete')} to delete${
        plan.refusals.length === 0 ? '' : `, ${count(plan.refusals.length, 'refusal')}`
      }`;
  const approval = plan.needsApproval
    ? [`  It deletes more than the cap and waits: linekeeper sync approve ${plan.id} --pbx ${name}`]
    : [];
  return [summary, ...lines, ...approval].join('\n');
}

/** `max_contacts: 1 -> 2`; what only one side has stands alone. */
function fieldLines({ before, after }: PlanChange): string[] {
  const [old, wanted] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...old.keys(), ...wanted.keys()])];
  return names.flatMap((name) => {
    const [from, to] = [old.get(name), wanted.get(name)];
    if (from === to) return [];
    if (from === undefined) return [`${name}: ${to}`];
    if (to === undefined) return [`${name}: ${from} ->`];
    return [`${name}: ${from} -> ${to}`];
  });
}

/** AstDB values are JSON objects of strings; lines of files stand as they are. */
function fieldsOf(value: string | null): Map<string, string> {
  if (value === null) return new Map();
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === 'object' && parsed !== null) {
      return new Map(Object.entries(parsed).map(([name, text]) => [name, String(text)]));
    }
  } catch {
    // a line of a file, or something that others wrote
  }
  const lines = value.split('\n');
  return new Map(lines.map((line, i) => [lines.length === 1 ? 'line' : `line ${i + 1}`, line]));
}
