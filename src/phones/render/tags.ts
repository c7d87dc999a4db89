import type { Context, Emitter, Liquid, TagToken } from 'liquidjs';
import { LinekeeperError } from '../../errors.ts';
import type { FileFormat } from '../definitions/schema.ts';
import type { NativeParam } from '../vendors/mapper.ts';
import { ESCAPERS } from './escape.ts';

type Printer = (param: NativeParam, quoted: (value: unknown) => string) => string;

const element: Printer = ({ name, value, attributes }, quoted) => {
  let text = `<${name}`;
  for (const key in attributes) text += ` ${key}="${quoted(attributes[key])}"`;
  return `${text}>${quoted(value)}</${name}>\n`;
};
const item: Printer = ({ name, value }, quoted) => `<item name="${quoted(name)}">${quoted(value)}</item>\n`;
const line: Printer = ({ name, value }, quoted) => `${name} = ${quoted(value)}\n`;

/**
 * `{% params %}` prints a list of parameters, one a line: `name = value`, or as elements with their attributes where the
 * format is XML. `{% attributes %}` prints them as attributes of the element it stands in, `{% items %}` as elements
 * `item` that bear the name as an attribute. All take the name of another list than `params`. A loop would print the same and take a hundred times as long.
 */
export function registerParamTags(liquid: Liquid, format: FileFormat): void {
  const attribute: Printer = ({ name, value }, quoted) => ` ${name}="${quoted(value)}"`;
  for (const [tag, print] of [
    ['params', format.startsWith('xml') ? element : line],
    ['attributes', attribute],
    ['items', item],
  ] as const) {
    liquid.registerTag(tag, {
      parse(token: TagToken) {
        this.list = token.args.trim() || 'params';
      },
      render(context: Context, emitter: Emitter) {
        emitter.write(printed(context.getSync([this.list]), print, ESCAPERS[format]));
      },
    });
  }
}

function printed(list: unknown, print: Printer, quoted: (value: unknown) => string): string {
  if (!Array.isArray(list)) throw new LinekeeperError('TEMPLATE_INVALID', 'this is no list of parameters');
  let text = '';
  for (const param of list as NativeParam[]) text += print(param, quoted);
  return text;
}
