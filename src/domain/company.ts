import { type CountryCode, getCountries, getCountryCallingCode, Metadata } from 'libphonenumber-js/min';
import { z } from 'zod';
import { rule } from './rule.ts';

/**
 * Each hyphenated part starts with a letter, so that `<slug>-<extension>-<n>` can be read in one way only and the
 * endpoint ids of two companies can never be equal.
 */
export const slugSchema = rule(
  z.string(),
  'SLUG_INVALID',
  'must be lower-case letters and digits, parts joined by "-", each starting with a letter, at most 24 characters',
  (v) => /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/.test(v) && v.length <= 24,
);

const COUNTRIES: ReadonlySet<string> = new Set(getCountries());

export const countrySchema = rule(z.string(), 'COUNTRY_UNKNOWN', 'must be an ISO 3166 alpha-2 country code', (v) =>
  COUNTRIES.has(v),
);

/** The name of an endpoint that the operator keeps in pjsip.conf. */
export const trunkSchema = rule(z.string(), 'TRUNK_INVALID', 'must be 1 to 40 of letters, digits, "_" and "-"', (v) =>
  /^[A-Za-z0-9_-]{1,40}$/.test(v),
);

export const emergencyNumberSchema = rule(z.string(), 'EMERGENCY_NUMBER_INVALID', 'must be 2 to 6 digits', (v) =>
  /^[0-9]{2,6}$/.test(v),
);

/** A domain of e-mail addresses, in lower case; other scripts as A-labels (RFC 5890): xn--... */
export const domainSchema = rule(
  z.string().trim().toLowerCase(),
  'DOMAIN_INVALID',
  'must be a domain such as example.com',
  (v) => v.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/.test(v),
);

/** Inclusive range of extension numbers of equal length: ["1000", "1999"]. */
export type NumberRange = [string, string];

export const rangeSchema = rule(
  z.tuple([z.string(), z.string()]),
  'RANGE_INVALID',
  'must be two extension numbers of the same length (2 to 10 digits), the lower first',
  ([from, to]) => /^[0-9]{2,10}$/.test(from) && /^[0-9]{2,10}$/.test(to) && from.length === to.length && from <= to,
);

export function isInRanges(number: string, ranges: readonly NumberRange[]): boolean {
  return ranges.some(([from, to]) => number.length === from.length && number >= from && number <= to);
}

/** The first number of the ranges, in their order, that is not taken. */
export function nextFree(ranges: readonly NumberRange[], isTaken: (number: string) => boolean): string | undefined {
  for (const [from, to] of ranges) {
    for (let n = Number(from); n <= Number(to); n++) {
      const number = String(n).padStart(from.length, '0');
      if (!isTaken(number)) return number;
    }
  }
  return undefined;
}

/** How people dial in a country: calling code, prefix for abroad, prefix for another area. */
export interface DiallingPlan {
  countryCode: string;
  internationalPrefix: string;
  nationalPrefix: string;
}

/** The typings leave these out. What a country has none of is undefined or the number 0. */
type PlanMetadata = {
  IDDPrefix(): string | number | undefined;
  defaultIDDPrefix?(): string | number | undefined;
  nationalPrefix(): string | number | undefined;
};

/** What people dial where a country's prefixes for abroad are a pattern that names carriers too ("0(?:0|1[2-9])"). */
const USUAL_PREFIXES = ['00', '001', '011', '000', '002', '005', '008', '009'];

export function diallingPlan(country: string): DiallingPlan {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country as CountryCode);
  const plan = metadata.numberingPlan as unknown as PlanMetadata;
  return {
    countryCode: getCountryCallingCode(country as CountryCode),
    internationalPrefix: textOf(plan.defaultIDDPrefix?.()).replace(/\D/g, '') || usualPrefix(textOf(plan.IDDPrefix())),
    nationalPrefix: textOf(plan.nationalPrefix()),
  };
}

function usualPrefix(pattern: string): string {
  const whole = new RegExp(`^(?:${pattern})$`);
  return USUAL_PREFIXES.find((prefix) => whole.test(prefix)) ?? /^[0-9]+/.exec(pattern)?.[0] ?? '00';
}

function textOf(value: string | number | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function contextOf(slug: string): string {
  return `lk-${slug}`;
}

/** Voicemail contexts of a company. */
const SHARDS = 64;

/**
 * The voicemail context of a mailbox. A company has many: app_voicemail stores a PIN changed by phone only when a context
 * stands whole in one file, and Asterisk rewrites that file for every edit, so a context must stay small.
 * Neighbouring extensions spread evenly; a slug cannot end like a shard.
 */
export function mailboxContextOf(slug: string, extension: string): string {
  return `lk-${slug}-${String(Number(extension.slice(-3)) % SHARDS).padStart(2, '0')}`;
}

/** `1001@lk-acme-09`: what a mailbox is called on the PBX. */
export function mailboxAddress(slug: string, box: string): string {
  return `${box}@${mailboxContextOf(slug, box)}`;
}

/** The company that a voicemail context of ours belongs to. */
export function slugOfMailboxContext(context: string): string | undefined {
  return /^lk-(.+)-[0-9]{2}$/.exec(context)?.[1];
}
