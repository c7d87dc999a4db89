import { LinekeeperError } from '../../errors.ts';
import { parsePosixRule, type TimeRule } from './posix-rule.ts';

/**
 * The rule of a zone of `zones` (provisioning/tz.json); null: UTC.
 * @throws DEVICE_NOT_RENDERABLE when there is none
 */
export function timeRule(zones: Readonly<Record<string, string>>, zone: string | null): TimeRule {
  const name = zone ?? 'UTC';
  const posix = Object.hasOwn(zones, name) ? zones[name] : undefined;
  if (posix === undefined) throw new LinekeeperError('DEVICE_NOT_RENDERABLE', `no rule is known for the zone ${name}`);
  return parsePosixRule(name, posix);
}
