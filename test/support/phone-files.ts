import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import type { Catalogue } from '../../src/phones/definitions/catalogue.ts';
import type { PhoneView } from '../../src/phones/phone-view.ts';
import { renderAll } from '../../src/phones/render/render.ts';
import { CLOCK, phoneLine } from './phones.ts';

/** The file that holds everything, as the phone reads it. */
export async function mainFile(catalogue: Catalogue, view: PhoneView): Promise<string> {
  const files = await renderAll(catalogue, view, CLOCK);
  const main = files.find(({ definition }) => definition.isMain)!;
  return main.bytes.toString(/iso-8859-1/.test(main.contentType) ? 'latin1' : 'utf8');
}

/** Text of every element by its way from the root, and every attribute as `way@name`; an index is part of the way. */
export function xmlValues(xml: string): Map<string, string> {
  const values = new Map<string, string>();
  const way: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const { index, name: param, ID, ...others } = attributes;
    way.push([name, index, param, ID].filter((part) => part !== undefined).join('.'));
    for (const [attribute, value] of Object.entries(others)) values.set(`${way.join('/')}@${attribute}`, value);
  });
  parser.on('text', (text) => {
    if (text.trim() !== '') values.set(way.join('/'), text);
  });
  parser.on('closetag', () => void way.pop());
  parser.write(xml).close();
  return values;
}

/** Text that people may give a phone: anything that the API lets through, with what breaks files more often than not. */
export const anyText = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...`&<>"';%$#@/\\[]{}=|é😀`), fc.string({ minLength: 1, maxLength: 1 })),
    maxLength: 40,
  })
  .map((text) => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/gu, '').trim())
  .filter((text) => text !== '');

/** A view with these texts wherever a person's text goes. */
export function withTexts(view: PhoneView, text: string): PhoneView {
  return {
    ...view,
    label: text,
    lines: [phoneLine(1, { displayName: text, label: text })],
    keys: view.keys.map((key) => (key.type === 'none' ? key : { ...key, label: text })),
  };
}
