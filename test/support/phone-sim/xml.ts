import { SaxesParser } from 'saxes';

export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: XmlElement[];
}

/** The root of a document. @throws when it is not well formed */
export function parseXml(text: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '', children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (part) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return root.children[0] ?? root;
}

/** Every element below this one, itself first. */
export function all(element: XmlElement): XmlElement[] {
  return [element, ...element.children.flatMap(all)];
}

/** Text by element name; of a repeated one the last. */
export function textsOf(document: XmlElement): Map<string, string> {
  return new Map(all(document).map(({ name, text }) => [name, text.trim()]));
}
