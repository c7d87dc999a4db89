import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MailLanguage, MailTemplate } from '../domain/mail.ts';
import { LinekeeperError } from '../errors.ts';

export interface Rendered {
  subject: string;
  text: string;
  html: string;
}

export type Render = (
  template: MailTemplate,
  language: MailLanguage,
  data: Record<string, string>,
) => Promise<Rendered>;

const LONGEST_SUBJECT = 200;
// Line ends, other control characters, and those that turn the writing direction.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;
const CONTROL_BUT_LINE_END = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/**
 * Renders the templates in `folder` (templates/mail of the package; this is their only reader). `<language>/<name>.txt.liquid`
 * starts with a line `Subject: ...`; `<name>.html.liquid` escapes whatever it shows. A name without a value is an error.
 */
export function createRender(folder: string): Render {
  let engines: ReturnType<typeof load> | undefined;
  return async (template, language, data) => {
    engines ??= load(folder);
    const { plain, escaping } = await engines;
    const values = { timezone: 'UTC', ...clean(data), language };
    const { subject, body } = split(readFileSync(join(folder, language, `${template}.txt.liquid`), 'utf8'));
    return {
      subject: oneLine(await plain.parseAndRender(subject, values)).slice(0, LONGEST_SUBJECT),
      text: await plain.parseAndRender(body, values),
      html: await escaping.renderFile(`${language}/${template}.html.liquid`, values),
    };
  };
}

/** Heavy, so loaded with the first mail. */
async function load(folder: string) {
  const { Liquid } = await import('liquidjs');
  const options = { root: folder, strictVariables: true, strictFilters: true, ownPropertyOnly: true, cache: true };
  const engines = { plain: new Liquid(options), escaping: new Liquid({ ...options, outputEscape: 'escape' }) };
  for (const engine of Object.values(engines)) engine.registerFilter('moment', moment);
  return engines;
}

function split(source: string): { subject: string; body: string } {
  const end = source.indexOf('\n');
  const subject = /^Subject: (.+)$/.exec(source.slice(0, end))?.[1];
  if (subject === undefined) throw new LinekeeperError('INTERNAL', 'a mail template does not start with its subject');
  return { subject, body: source.slice(end + 1).trimStart() };
}

/** Values are single lines, but for a `text` that somebody wrote; links lead to us and nowhere else. */
function clean(data: Record<string, string>): Record<string, string> {
  if (data.link !== undefined && !/^https?:\/\//.test(data.link)) {
    throw new LinekeeperError('INTERNAL', 'the link of a mail is not an http address');
  }
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, name === 'text' ? lines(value) : oneLine(value)]),
  );
}

function oneLine(value: string): string {
  return value
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(CONTROL, ' ')
    .trim();
}

function lines(value: string): string {
  return value
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL_BUT_LINE_END, ' ')
    .trim();
}

/** Liquid filter: a time in ISO 8601 in words of the language and in the given time zone (UTC); anything else as it is. */
function moment(value: unknown, language: string, timeZone = 'UTC'): unknown {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value)) return value;
  const options = { dateStyle: 'long', timeStyle: 'short', timeZone } as const;
  return `${new Intl.DateTimeFormat(language, options).format(new Date(value))} (${timeZone})`;
}
