import type { MassAction, Preview } from './api/job-views.ts';
import { planLines } from './import-text.ts';
import { type Leaf, leavesOf, typeWords } from './json-schema.ts';
import { fields, table } from './table.ts';
import { cut, inert } from './text-width.ts';
import { count, number } from './words.ts';

/** Objects of a sample that are shown, and errors. */
const SHOWN = 10;

/** Every action with what it takes. */
export function actionsText(actions: readonly MassAction[]): string {
  return actions.map(actionText).join('\n\n');
}

function actionText(action: MassAction): string {
  const { name, on, title, needs, canUndo, params } = action;
  const about = `  on ${on.replace('-', ' ')}; needs ${needs}; ${canUndo ? 'can be undone' : 'cannot be undone'}`;
  const told = leavesOf(params).map((leaf): [string, string] => [`  --set ${leaf.path}=`, leafWords(leaf, action)]);
  return [name, `  ${title}`, about, ...(told.length === 0 ? [] : [fields(told)])].join('\n');
}

function leafWords({ schema, isRequired, preset }: Leaf, { params }: MassAction): string {
  const more = [
    ...(isRequired ? ['required'] : []),
    ...(preset === undefined ? [] : [`default ${valueText(preset)}`]),
    ...(schema.description === undefined ? [] : [schema.description]),
  ];
  return [typeWords(schema, params), ...more].join('; ');
}

/** What an action would do, as far as its first objects tell; lines of at most `width` columns. */
export function previewText({ title, on, canUndo }: MassAction, preview: Preview, width: number): string {
  const { count: all, tried, updated, unchanged, failed, sample, plan } = preview;
  const what = on.replace('-', ' ');
  const changed = sample.filter(({ result }) => result === 'updated' || result === 'created');
  const wrong = sample.filter(({ errors }) => errors.length > 0);
  const told = [
    `${number(updated)} would change`,
    ...(unchanged > 0 ? [`${number(unchanged)} ${unchanged === 1 ? 'is' : 'are'} so already`] : []),
    ...(failed > 0 ? [`${number(failed)} would fail`] : []),
  ].join(', ');
  return [
    title,
    tried === all
      ? `${count(all, what.slice(0, -1))}: ${told}`
      : `${number(all)} ${what}; of the first ${number(tried)} ${told}`,
    ...listed(changed, updated, ({ name, changes }) => cut(`  ${inert(name)}${changesText(changes)}`, width)),
    ...planLines(plan),
    ...(wrong.length === 0 ? [] : ['would fail:', errorsText(wrong)]),
    ...(canUndo ? [] : ['this cannot be undone']),
  ].join('\n');
}

/** `  state: active -> disabled, title: (none) -> Dr` */
function changesText(changes: Record<string, unknown> | null): string {
  const told = Object.entries(changes ?? {}).map(([name, value]) => {
    const [before, after, ...rest] = Array.isArray(value) ? value : [];
    const isPair = Array.isArray(value) && value.length === 2 && rest.length === 0;
    return `${name}: ${isPair ? `${valueText(before)} -> ${valueText(after)}` : valueText(value)}`;
  });
  return told.length === 0 ? '' : `  ${told.join(', ')}`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '(none)';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.map(valueText).join(' ');
  return inert(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function listed<T>(items: readonly T[], all: number, line: (item: T) => string): string[] {
  const shown = items.slice(0, SHOWN);
  const more = all - shown.length;
  return [...shown.map(line), ...(more > 0 && shown.length > 0 ? [`  ... and ${number(more)} more`] : [])];
}

function errorsText(wrong: Preview['sample']): string {
  const rows = wrong.flatMap(({ name, errors }) =>
    errors.map(({ column, code, message }) => [inert(name), column, code, inert(message)]),
  );
  const more = rows.length > SHOWN ? '\n... and more: --dry-run shows all' : '';
  return table(['name', 'field', 'code', 'why'], rows.slice(0, SHOWN)) + more;
}
