import type { Liquid, Template } from 'liquidjs';
import { isLinekeeperError, LinekeeperError, messageOf } from '../../errors.ts';
import type { FileFormat } from '../definitions/schema.ts';
import { registerElementsTag } from './elements-tag.ts';
import { ESCAPERS } from './escape.ts';
import { registerParamTags } from './tags.ts';

// A template prints. What it would need beyond these is logic, which belongs to the mapper; and an operator's template must
// not read a file, leave out the escaping, learn the time or run for ever.
const TAGS = ['if', 'unless', 'case', 'for', 'break', 'continue', 'assign', 'comment', 'render', '#'];
const FILTERS = [
  'append',
  'prepend',
  'default',
  'size',
  'first',
  'last',
  'join',
  'upcase',
  'downcase',
  'plus',
  'minus',
];
const LIMITS = { parseLimit: 300_000, renderLimit: 3000, memoryLimit: 5_000_000 };

/** Prints templates of one format out of one set of them; nothing else can be reached. */
export interface Engine {
  /** @throws TEMPLATE_INVALID, DEVICE_NOT_RENDERABLE */
  render(name: string, values: object): string;
}

export async function createEngine(format: FileFormat, templates: ReadonlyMap<string, string>): Promise<Engine> {
  const liquid = await restricted(Object.fromEntries(templates), format);
  const parsed = new Map<string, Template[]>();
  return {
    render(name, values) {
      try {
        const text = templates.get(name);
        if (text === undefined) throw new Error('there is no such template');
        let template = parsed.get(name);
        if (template === undefined) {
          template = liquid.parse(text, name);
          parsed.set(name, template);
        }
        return liquid.renderSync(template, values) as string;
      } catch (error) {
        throw explained(name, error);
      }
    },
  };
}

let checking: Promise<Liquid> | undefined;

/** Whether a template can be read at all. @throws TEMPLATE_INVALID naming file and reason */
export async function checkTemplate(path: string, text: string): Promise<void> {
  checking ??= restricted({}, 'text');
  const liquid = await checking;
  try {
    liquid.parse(text, path);
  } catch (error) {
    throw explained(path, error);
  }
}

/** Heavy, so loaded with the first phone. */
async function restricted(templates: Record<string, string>, format: FileFormat): Promise<Liquid> {
  const { Liquid } = await import('liquidjs');
  const liquid = new Liquid({
    templates: Object.assign(Object.create(null), templates),
    outputEscape: ESCAPERS[format],
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    cache: true,
    ...LIMITS,
  });
  for (const name of Object.keys(liquid.tags)) if (!TAGS.includes(name)) delete liquid.tags[name];
  for (const name of Object.keys(liquid.filters)) if (!FILTERS.includes(name)) delete liquid.filters[name];
  registerParamTags(liquid, format);
  registerElementsTag(liquid, format);
  return liquid;
}

/** Our own errors as they are; those of Liquid in one line. */
function explained(path: string, error: unknown): LinekeeperError {
  const cause = (error as { originalError?: unknown }).originalError;
  const ours = [error, cause].find(isLinekeeperError);
  if (ours?.code === 'DEVICE_NOT_RENDERABLE') return ours;
  const reason = (ours ?? messageOf(error))
    .toString()
    .replace(/^LinekeeperError: /, '')
    .split('\n')[0]!;
  return new LinekeeperError('TEMPLATE_INVALID', `${path}: ${reason}`, { details: { path, reason } });
}
