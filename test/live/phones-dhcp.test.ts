import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type DhcpServer, dhcpText } from '../../src/phones/dhcp/text.ts';
import { CLASSES } from '../support/dhcp-classes.ts';

const folder = mkdtempSync(join(tmpdir(), 'lk-dhcp-'));
// dhcpd gives up root before it reads
chmodSync(folder, 0o755);
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

/** The text inside the smallest whole configuration of its server. */
const WHOLE: Partial<Record<DhcpServer, (text: string) => string>> = {
  dnsmasq: (text) => `port=0\ndhcp-range=192.0.2.10,192.0.2.20\n${text}`,
  'isc-dhcpd': (text) => `${text}\nsubnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.10 192.0.2.20; }\n`,
  kea: (text) =>
    JSON.stringify({
      Dhcp4: {
        'interfaces-config': { interfaces: [] },
        'lease-database': { type: 'memfile', persist: false },
        subnet4: [{ id: 1, subnet: '192.0.2.0/24', pools: [{ pool: '192.0.2.10 - 192.0.2.20' }] }],
        ...JSON.parse(text),
      },
    }),
};

const BROKEN = { dnsmasq: 'dhcp-option=tag:x,66,"a', 'isc-dhcpd': 'class "x" {', kea: '{"client-classes":[]}' };

/** What the server's own test of a configuration says; an empty text when it is content. */
function complaint(server: DhcpServer, text: string): string {
  const file = join(folder, `${server}.conf`);
  const leases = join(folder, 'leases');
  writeFileSync(file, WHOLE[server]?.(text) ?? '', { mode: 0o644 });
  writeFileSync(leases, '', { mode: 0o644 });
  const [program = '', ...args] = {
    dnsmasq: ['dnsmasq', '--test', '-C', file],
    'isc-dhcpd': ['dhcpd', '-4', '-t', '-q', '-cf', file, '-lf', leases],
    kea: ['kea-dhcp4', '-t', file],
    mikrotik: [],
    other: [],
  }[server];
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    env: { ...process.env, PATH: path, KEA_LOCKFILE_DIR: folder },
  });
  if (error !== undefined) return error.message;
  return status === 0 ? '' : `${status}: ${stdout}${stderr}`;
}

for (const server of ['dnsmasq', 'isc-dhcpd', 'kea'] as const) {
  t.test(`${server} takes what is written for it`, async (t) => {
    for (const [name, one] of Object.entries(CLASSES)) {
      t.equal(complaint(server, dhcpText(server, { site: 'Berlin', classes: [one] })), '', name);
    }
    t.equal(
      complaint(server, dhcpText(server, { site: 'x"\n}{', classes: Object.values(CLASSES) })),
      '',
      'all in one network',
    );
    const two = [CLASSES.silent, { ...CLASSES.silent, id: 'mute' }, CLASSES.snom];
    t.equal(complaint(server, dhcpText(server, { site: 'Berlin', classes: two })), '', 'two that cannot be told apart');
    t.not(complaint(server, BROKEN[server]), '', 'and it does look');
  });
}
