import { BlockList, isIP, isIPv6 } from 'node:net';

/** IPv4 as such, also when it came in over an IPv6 socket; no zone. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** What misses are counted for: whoever has an IPv6 address has 2^64 of them. */
export function placeOf(address: string): string {
  return isIPv6(address) ? address.split(':').slice(0, 4).join(':') : address;
}

const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

export type Networks = (address: string) => boolean;

/** Whether an address is in one of the ranges. What is no range is left out: it lets nobody in. */
export function networksOf(cidrs: readonly string[]): Networks {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const kind = isIP(address);
    const length = bits === undefined ? (kind === 6 ? 128 : 32) : Number(bits);
    if (kind === 0 || !Number.isInteger(length) || length < 0 || length > (kind === 6 ? 128 : 32)) continue;
    list.addSubnet(address, length, kind === 6 ? 'ipv6' : 'ipv4');
  }
  return (address) => {
    const kind = isIP(address);
    return kind !== 0 && list.check(address, kind === 6 ? 'ipv6' : 'ipv4');
  };
}

export const isPrivate = networksOf(PRIVATE);
