// mutants/store.database.lost.ts stands for src/store/database.ts
let target;
let replacement;

export function initialize({ mutant }) {
  const [floor, name] = mutant.split('.');
  target = `/src/${floor}/${name}.ts`;
  replacement = new URL(`./mutants/${mutant}.ts`, import.meta.url).href;
}

export async function resolve(specifier, context, nextResolve) {
  const result = await nextResolve(specifier, context);
  const isOwn = context.parentURL?.split('?')[0] === replacement;
  if (!isOwn && result.url.split('?')[0].endsWith(target)) return { ...result, url: replacement };
  return result;
}
