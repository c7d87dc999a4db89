/**
 * Writes provisioning/tz.json: the rule of every time zone we accept, as the tz database of this machine has it.
 *
 *   node --import=tsx scripts/timezones.ts
 *
 * Phones are told rules, and a container may have no tz database; so the table is part of the package.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TIMEZONES } from '../src/domain/timezone.ts';
import { parsePosixRule } from '../src/phones/time/posix-rule.ts';

const folder = '/usr/share/zoneinfo';
const version = /^# version (\S+)/.exec(readFileSync(join(folder, 'tzdata.zi'), 'utf8'))?.[1] ?? 'unknown';
const zones = Object.fromEntries(TIMEZONES.map((zone) => [zone, footer(zone)]));
const file = join(import.meta.dirname, '..', 'provisioning', 'tz.json');
writeFileSync(file, `${JSON.stringify({ version, zones }, null, 2)}\n`);
console.log(`${Object.keys(zones).length} zones of tzdata ${version}`);

/** The last line of a TZif file of version 2 or later (RFC 9636) is its rule from now on. */
function footer(zone: string): string {
  const bytes = readFileSync(join(folder, zone));
  if (bytes.toString('latin1', 0, 4) !== 'TZif' || bytes[4]! < 0x32) throw new Error(`${zone}: no TZif 2 file`);
  const rule = bytes.toString('latin1').trimEnd().split('\n').at(-1)!;
  parsePosixRule(zone, rule);
  return rule;
}
