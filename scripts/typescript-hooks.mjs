import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../.tap/typescript/', import.meta.url));
const OURS = /^\.{1,2}\/.*\.ts$/;

/** We name files as they are: what our sources import from each other needs no search. */
export async function resolve(specifier, context, next) {
  if (!OURS.test(specifier) || context.parentURL === undefined) return next(specifier, context);
  return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !/\.ts(\?|$)/.test(url)) return next(url, context);
  return { format: 'module', source: await javascriptOf(fileURLToPath(url)), shortCircuit: true };
}

async function javascriptOf(path) {
  const text = readFileSync(path, 'utf8');
  const known = `${cache}${createHash('sha256').update(`${path}\n${text}`).digest('hex')}.js`;
  try {
    return readFileSync(known, 'utf8');
  } catch {
    const { default: ts } = await import('typescript');
    const { ESNext, ES2023 } = { ...ts.ModuleKind, ...ts.ScriptTarget };
    const compilerOptions = { module: ESNext, target: ES2023, verbatimModuleSyntax: true, inlineSourceMap: true };
    const { outputText } = ts.transpileModule(text, { fileName: path, compilerOptions });
    mkdirSync(cache, { recursive: true });
    // Whoever reads it meanwhile gets all of it or nothing.
    const unfinished = `${known}.${process.pid}`;
    writeFileSync(unfinished, outputText);
    renameSync(unfinished, known);
    return outputText;
  }
}
