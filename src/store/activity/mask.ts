const MASK = '****';

/** Cheap and never wrong in the one direction that counts: a text without these words has no key with one. */
const SUSPICIOUS = /pin|secret|passw|hash|token|otp|seal|seed|digest|credential|backup_?code|authorization|cookie/i;

const SECRET = /^(pin|secret|password|passwd|passphrase|hash|token|totp|otp|sealed|seed|digest|credential|cookie)$/;
const SECRETS = /^(pins|secrets|passwords|hashes|tokens|credentials|cookies)$/;
/** Last words of names that tell something about a secret, not the secret: `pinSource`, `passwordChangedAt`, `tokenId`. */
const ABOUT = /^(at|source|id|ids|name|names|count|state|kind|type|days|hours|minutes|until|length|step)$/;

type Sort = 'secret' | 'secrets' | 'plain';

/** `pinSealed`, `password_hash`, `SIP secret`: as words. */
function sortOf(key: string): Sort {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  if (words.includes('authorization') || /backup ?codes?/.test(words.join(' '))) return 'secret';
  if (ABOUT.test(words.at(-1) ?? '')) return 'plain';
  if (words.some((word) => SECRET.test(word))) return 'secret';
  return words.some((word) => SECRETS.test(word)) ? 'secrets' : 'plain';
}

/**
 * The details of an activity event as the text that is stored. Callers mask what is secret; should one forget, every
 * text and number under a key that sounds like a secret becomes `****`, however deep. What is no secret by its nature
 * stays: booleans, null, and numbers under a plural (`tokens: 3`).
 */
export function detailsText(details: Record<string, unknown>): string {
  const text = JSON.stringify(details);
  return SUSPICIOUS.test(text) ? JSON.stringify(masked(JSON.parse(text), 'plain')) : text;
}

function masked(value: unknown, sort: Sort): unknown {
  if (Array.isArray(value)) return value.map((one) => masked(one, sort));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, one]) => {
      const own = sortOf(key);
      return [key, masked(one, own === 'plain' ? sort : own)];
    });
    return Object.fromEntries(entries);
  }
  if (sort === 'plain' || value === '') return value;
  const isSecret = typeof value === 'string' || (typeof value === 'number' && sort === 'secret');
  return isSecret ? MASK : value;
}
