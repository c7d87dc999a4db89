// Counts what the TAP stream of one file says, down to the single assertion, and tells of failures as they come.
import { Parser } from 'tap-parser';
import { stringify } from 'yaml';

/** `onFailure` gets the names from the file down to the assertion, and what is known about it. */
export function createTally(file, { onFailure }) {
  const tally = { passed: 0, failed: 0, skipped: 0 };

  /** A child's failures are counted in the child; the line of its parent counts only when the child said nothing. */
  function listen(parser, path) {
    let child;
    parser.on('child', (inner) => {
      const before = tally.failed;
      child = { failures: () => tally.failed - before };
      listen(inner, [...path, inner.name]);
    });
    parser.on('assert', (result) => {
      const summed = child;
      child = undefined;
      if (result.skip || result.todo) tally.skipped++;
      else if (summed === undefined) {
        if (result.ok) tally.passed++;
        else fail([...path, result.name], result.diag);
      } else if (!result.ok && summed.failures() === 0) fail([...path, result.name], result.diag);
    });
  }

  function fail(names, diag) {
    tally.failed++;
    onFailure(names, diag === null || diag === undefined ? '' : stringify(diag));
  }

  const parser = new Parser();
  listen(parser, [file]);
  return { parser, tally, fail };
}
