import { dhcpdText } from './dhcpd.ts';
import { dnsmasqText } from './dnsmasq.ts';
import { keaText } from './kea.ts';
import { mikrotikText } from './mikrotik.ts';
import { plainText } from './plain.ts';
import type { PhoneClass } from './vendor-options.ts';

export const DHCP_SERVERS = ['dnsmasq', 'isc-dhcpd', 'kea', 'mikrotik', 'other'] as const;
export type DhcpServer = (typeof DHCP_SERVERS)[number];

/** What a DHCP server is told so that phones find their first file. */
export interface DhcpRequest {
  /** Of the site, for people. */
  site: string;
  /** Told apart by option 60; one that cannot be told gets whatever is left. */
  classes: readonly PhoneClass[];
}

const PRINTERS: Readonly<Record<DhcpServer, (request: DhcpRequest) => string>> = {
  dnsmasq: dnsmasqText,
  'isc-dhcpd': dhcpdText,
  kea: keaText,
  mikrotik: mikrotikText,
  other: plainText,
};

/** The lines of one server's configuration. Holds the site's token. Pure. */
export function dhcpText(server: DhcpServer, request: DhcpRequest): string {
  return PRINTERS[server]({ ...request, site: request.site.replace(/[^\p{L}\p{N} .,_-]/gu, '') });
}
