import { BlockList, isIPv4 } from 'node:net';

/** What a phone may come from when its site names no networks: SIP PnP never leaves the house. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8'];

/** Whether an IPv4 address is in one of these ranges (CIDR); []: in a private one. What is no range lets nobody in. */
export function isInside(cidrs: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const cidr of cidrs.length === 0 ? PRIVATE : cidrs) {
    const [network = '', bits = '32'] = cidr.split('/');
    if (isIPv4(network) && /^([12]?\d|3[0-2])$/.test(bits)) list.addSubnet(network, Number(bits), 'ipv4');
  }
  return isIPv4(address) && list.check(address, 'ipv4');
}
