import { readFile } from 'node:fs/promises';
import { normalMac } from '../../domain/phones/mac.ts';

const TABLE = '/proc/net/arp';
/** ATF_COM: somebody answered. */
const COMPLETE = 0x2;

/** The MAC address that really has this IPv4 address; undefined: it is not on a network of this machine, or was not asked yet. */
export async function macAt(address: string, table = TABLE): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(table, 'utf8');
  } catch {
    // Not Linux: nothing is known, and nothing is refused for it.
    return undefined;
  }
  for (const line of text.split('\n').slice(1)) {
    const [ip, , flags = '', hardware = ''] = line.split(/\s+/);
    if (ip === address && (Number.parseInt(flags, 16) & COMPLETE) !== 0) return normalMac(hardware);
  }
  return undefined;
}
