import type { Element } from '../../render/elements-tag.ts';
import type { NativeParam } from '../mapper.ts';

/** A parameter by its way from the root: `sip.line.1.PhoneNumber` is in `<sip><line index="1">`. */
export function param(path: string, value: string | number): NativeParam {
  return { name: path, value: String(value) };
}

/** Elements of parameters, each group once, where it is named first. */
export function elements(params: readonly NativeParam[]): Element[] {
  const root: Element = { name: '', index: '', value: '', children: [] };
  for (const { name, value } of params) {
    let at = root;
    for (const step of steps(name)) at = child(at, step);
    at.value = value;
  }
  return root.children;
}

/** A number is the index of the element before it. */
function steps(path: string): { name: string; index: string }[] {
  const steps: { name: string; index: string }[] = [];
  for (const part of path.split('.')) {
    const last = steps.at(-1);
    if (last !== undefined && last.index === '' && /^\d+$/.test(part)) last.index = part;
    else steps.push({ name: part, index: '' });
  }
  return steps;
}

function child(parent: Element, { name, index }: { name: string; index: string }): Element {
  const known = parent.children.find((element) => element.name === name && element.index === index);
  if (known !== undefined) return known;
  const element = { name, index, value: '', children: [] };
  parent.children.push(element);
  return element;
}
