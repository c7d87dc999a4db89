import { SaxesParser } from 'saxes';
import type { PhoneSettings } from '../../src/domain/phones/settings.ts';
import type { Catalogue } from '../../src/phones/definitions/catalogue.ts';
import type { PhoneView } from '../../src/phones/phone-view.ts';
import type { RenderedFile } from '../../src/phones/ports.ts';
import { renderAll } from '../../src/phones/render/render.ts';
import { CLOCK, nastyView } from './phones.ts';

/**
 * What a phone reads out of its files: elements by their names or by their attribute `name`, and attributes of elements that
 * hold nothing else.
 * @throws when a file is not well-formed or names one of them twice
 */
export function readParams(files: readonly RenderedFile[]): Map<string, string> {
  const params = new Map<string, string>();
  for (const { name: file, bytes } of files) {
    const add = (name: string, value: string) => {
      if (params.has(name)) throw new Error(`${file} has ${name} twice`);
      params.set(name, value);
    };
    for (const { name, attributes, text } of elements(bytes.toString('utf8'))) {
      if (/^(P\d+|item|mac)$/.test(name)) add(attributes.name ?? name, text);
      else if (/^(PHONE|SITE|DEVICE)$/.test(name))
        for (const key of Object.keys(attributes)) add(key, attributes[key]!);
    }
  }
  return params;
}

export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

/** Every element of a document, in the order they end. */
export function elements(xml: string): XmlElement[] {
  const parser = new SaxesParser();
  const open: XmlElement[] = [];
  const all: XmlElement[] = [];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => open.push({ name, attributes: { ...attributes }, text: '' }));
  parser.on('text', (text) => {
    if (open.length > 0) open[open.length - 1]!.text += text;
  });
  parser.on('closetag', () => all.push(open.pop()!));
  parser.write(xml).close();
  return all;
}

/** What a phone with the nasty data, changed, is told. */
export async function told(
  catalogue: Catalogue,
  vendor: string,
  model: string,
  { settings = {}, ...changed }: Omit<Partial<PhoneView>, 'settings'> & { settings?: Partial<PhoneSettings> } = {},
): Promise<Map<string, string>> {
  const view = nastyView(catalogue, vendor, model, changed);
  const files = await renderAll(catalogue, { ...view, settings: { ...view.settings, ...settings } }, CLOCK);
  return readParams(files.filter(({ name }) => !/phonebook|directory|^0{12}/.test(name)));
}
