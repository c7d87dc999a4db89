type Files = Readonly<Record<string, string>>;

/** Names that are shown of a difference. */
const SHOWN = 20;

/** Which files of a release differ, in words. */
export function differenceOf(before: Files, after: Files): string {
  const parts = [
    ...named(
      'added',
      Object.keys(after).filter((path) => before[path] === undefined),
    ),
    ...named(
      'changed',
      Object.keys(after).filter((path) => before[path] !== undefined && before[path] !== after[path]),
    ),
    ...named(
      'removed',
      Object.keys(before).filter((path) => after[path] === undefined),
    ),
  ];
  return parts.join('; ');
}

function named(what: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const rest = paths.length > SHOWN ? [`and ${paths.length - SHOWN} more`] : [];
  return [`${what}: ${[...paths.toSorted().slice(0, SHOWN), ...rest].join(', ')}`];
}
