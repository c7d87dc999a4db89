import type { Context, Emitter, Liquid, TagToken } from 'liquidjs';
import { LinekeeperError } from '../../errors.ts';
import type { FileFormat } from '../definitions/schema.ts';
import { ESCAPERS } from './escape.ts';

/** One element of a tree: either a value or children. `index` is '' where there is none. */
export interface Element {
  name: string;
  index: string;
  value: string;
  children: Element[];
}

/** `{% elements list %}` prints a tree of elements, for formats that nest where others have long names. */
export function registerElementsTag(liquid: Liquid, format: FileFormat): void {
  const escaped = ESCAPERS[format];
  liquid.registerTag('elements', {
    parse(token: TagToken) {
      this.list = token.args.trim() || 'elements';
    },
    render(context: Context, emitter: Emitter) {
      const list: unknown = context.getSync([this.list]);
      if (!Array.isArray(list)) throw new LinekeeperError('TEMPLATE_INVALID', 'this is no list of elements');
      emitter.write(printed(list as Element[], escaped));
    },
  });
}

function printed(elements: readonly Element[], escaped: (value: unknown) => string): string {
  let text = '';
  for (const { name, index, value, children } of elements) {
    const inside = children.length > 0 ? `\n${printed(children, escaped)}` : escaped(value);
    text += `<${name}${index === '' ? '' : ` index="${escaped(index)}"`}>${inside}</${name}>\n`;
  }
  return text;
}
