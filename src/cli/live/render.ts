import type { LiveCall, LiveRegistration, LiveSync } from '../../feed-client/index.ts';
import { cut, fit, inert, widthOf } from '../text-width.ts';
import { count } from '../words.ts';
import { phoneOf, type View } from './view.ts';
import { clock, partyOf, remarkOf, sinceOf, ticking } from './words.ts';

export type Style = (kind: 'good' | 'bad' | 'warn' | 'dim' | 'bold', text: string) => string;

/** One row of a table: its cells, and how it is drawn. */
interface Row {
  cells: readonly string[];
  style?: Parameters<Style>[0] | undefined;
}

interface Column {
  title: string;
  /** Columns that it takes; undefined: a share of what is left. */
  width?: number;
}

const CALLS: readonly Column[] = [
  { title: 'STATE', width: 8 },
  { title: 'SINCE', width: 7 },
  { title: 'FROM' },
  { title: 'TO' },
  { title: 'EXTENSION', width: 16 },
  { title: 'REMARK' },
];
const REGISTRATIONS: readonly Column[] = [
  { title: 'EXTENSION', width: 16 },
  { title: 'NAME' },
  { title: 'STATE', width: 11 },
  { title: 'SINCE', width: 7 },
  { title: 'PHONES' },
];
/** Lines of news below the calls. */
const NEWS = 5;

/** The whole screen: exactly `height` lines of at most `width` columns. */
export function renderScreen(view: View, size: { width: number; height: number }, now: number, style: Style): string[] {
  const { width, height } = size;
  const head = [style('bold', fit(headline(view, now), width)), fit(pbxLine(view), width), ''];
  const foot =
    view.tab === 'calls'
      ? [...newsLines(view, style, width), keyLine(view, style, width)]
      : [keyLine(view, style, width)];
  const room = Math.max(2, height - head.length - foot.length);
  const body =
    view.tab === 'calls' ? callLines(view, now, width, room, style) : phoneLines(view, now, width, room, style);
  while (body.length < room) body.push('');
  return [...head, ...body, ...foot].slice(0, height);
}

/** The same for a pipe: all calls and registrations, as wide as they are. */
export function renderOnce(view: View, now: number): string {
  const width = 160;
  const plain: Style = (_, text) => text;
  const all = Number.POSITIVE_INFINITY;
  const lines = [
    headline(view, now),
    pbxLine(view),
    '',
    ...callLines(view, now, width, all, plain),
    '',
    ...phoneLines(view, now, width, all, plain),
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

function headline(view: View, now: number): string {
  const up = [...view.calls.values()].filter(({ state }) => state !== 'ended').length;
  const parts = ['linekeeper live', count(up, 'call'), `${registered(view)} registered`, clock(now)];
  if (view.away !== undefined) parts.push(`NOT CONNECTED: ${inert(view.away)}`);
  return parts.join('  ');
}

function registered({ registrations }: View): number {
  return [...registrations.values()].filter(({ contacts }) => contacts.length > 0).length;
}

function pbxLine({ pbxes }: View): string {
  const words = ({ name, state, reason, pending, failed }: LiveSync) => {
    const left = pending + failed === 0 ? '' : `, ${pending} pending, ${failed} failed`;
    return `${name}: ${state}${left}${reason === null ? '' : ` (${reason})`}`;
  };
  // With PBXs as a whole in sight, companies are told nothing more by them.
  const all = [...pbxes.values()];
  const whole = all.filter(({ companyId }) => companyId === null);
  return inert((whole.length > 0 ? whole : all).map(words).join('  '));
}

function callLines(view: View, now: number, width: number, room: number, style: Style): string[] {
  const gone = [...view.ended.values()].map(({ call }) => call).filter(({ id }) => view.calls.get(id) === undefined);
  const calls = [...view.calls.values(), ...gone].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const numbers = new Map([...view.registrations.values()].map((one) => [one.extensionId, one.number]));
  const rows = calls.map((call) => ({
    cells: [
      call.state,
      ticking(sinceOf(call), now),
      partyOf(call.from),
      partyOf(call.to),
      whoseOf(view, call, numbers),
      remarkOf(call),
    ],
    style: styleOf(call),
  }));
  return tableLines(CALLS, rows, view.filter, width, room, style);
}

/** `acme 1001` */
function whoseOf(view: View, call: LiveCall, numbers: ReadonlyMap<string | null, string | null>): string {
  const extensionId = call.to.extensionId ?? call.from.extensionId;
  const own = extensionId === null ? null : (numbers.get(extensionId) ?? null);
  return [call.companyId === null ? '' : view.companyOf(call.companyId), own ?? ''].join(' ').trim();
}

function styleOf({ state }: LiveCall): Row['style'] {
  return state === 'ended' ? 'dim' : state === 'answered' ? 'good' : state === 'held' ? 'warn' : undefined;
}

function phoneLines(view: View, now: number, width: number, room: number, style: Style): string[] {
  const rows = [...view.registrations.values()].sort(byCompanyAndNumber(view)).map((one) => ({
    cells: [
      [one.companyId === null ? '' : view.companyOf(one.companyId), one.number ?? one.endpoint].join(' ').trim(),
      one.name ?? '',
      one.deviceState.replace('_', ' '),
      one.since === null ? '' : ticking(one.since, now),
      one.contacts.length === 0 ? 'nobody' : one.contacts.map(phoneOf).join('; '),
    ],
    style: one.contacts.length === 0 ? ('dim' as const) : undefined,
  }));
  return tableLines(REGISTRATIONS, rows, view.filter, width, room, style);
}

function byCompanyAndNumber(view: View): (a: LiveRegistration, b: LiveRegistration) => number {
  const key = (one: LiveRegistration) =>
    `${one.companyId === null ? '' : view.companyOf(one.companyId)} ${one.number ?? ''} ${one.endpoint}`;
  return (a, b) => key(a).localeCompare(key(b), 'en', { numeric: true });
}

function tableLines(
  columns: readonly Column[],
  rows: readonly Row[],
  filter: string,
  width: number,
  room: number,
  style: Style,
): string[] {
  const wanted = filter.toLowerCase();
  const shown = rows.filter(({ cells }) => wanted === '' || cells.join(' ').toLowerCase().includes(wanted));
  const widths = share(columns, width);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => fit(inert(cell), widths[i] ?? 0))
      .join(' ')
      .trimEnd();
  const lines = [style('dim', line(columns.map(({ title }) => title)))];
  const most = shown.length <= room - 1 ? shown.length : room - 2;
  for (const row of shown.slice(0, most)) {
    lines.push(row.style === undefined ? line(row.cells) : style(row.style, line(row.cells)));
  }
  if (shown.length > most) lines.push(style('dim', cut(`... and ${shown.length - most} more`, width)));
  else if (shown.length === 0) lines.push(style('dim', cut(filter === '' ? 'none' : 'nothing holds this text', width)));
  return lines;
}

/** Fixed columns first; the others share what is left, the first ones the remainder. */
function share(columns: readonly Column[], width: number): number[] {
  const fixed = columns.reduce((sum, column) => sum + (column.width ?? 0), columns.length - 1);
  const flexible = columns.filter((column) => column.width === undefined).length;
  const left = Math.max(0, width - fixed);
  let given = 0;
  return columns.map((column) => {
    if (column.width !== undefined) return column.width;
    const extra = given++ < left % flexible ? 1 : 0;
    return Math.floor(left / flexible) + extra;
  });
}

function newsLines({ news }: View, style: Style, width: number): string[] {
  const shown = news.slice(0, NEWS).map((line) => cut(inert(line), width));
  while (shown.length < NEWS) shown.push('');
  return [style('dim', cut('LATELY', width)), ...shown];
}

function keyLine(view: View, style: Style, width: number): string {
  if (view.isTyping) return cut(`/${inert(view.filter)}_   Enter keeps it, Esc drops it`, width);
  const filter = view.filter === '' ? '/ filter' : `/${inert(view.filter)}  Esc drops it`;
  const keys = `1 calls  2 registrations  ${filter}  q quit`;
  return style('dim', widthOf(keys) <= width ? keys : cut(keys, width));
}
