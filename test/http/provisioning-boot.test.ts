import t from 'tap';
import { createPhoneSimulator, SIMULATED_PHONES, type SimulatedVendor } from '../support/phone-simulator.ts';
import { shippedCatalogue } from '../support/phones.ts';
import { createTestProvisioning } from '../support/provisioning.ts';

/** What DHCP hands out to phones of a vendor. */
async function dhcpOf(vendor: SimulatedVendor, base: string): Promise<string> {
  const definition = (await shippedCatalogue()).vendors.get(vendor);
  return (definition?.dhcp.option66 ?? '{base}').replace('{base}', base);
}

const vendors = Object.keys(SIMULATED_PHONES) as SimulatedVendor[];

for (const vendor of vendors) {
  t.test(`${vendor}: out of its box, through both stages, to an account that it can register with`, async (t) => {
    const p = await createTestProvisioning(t);
    const { oui, model: said } = SIMULATED_PHONES[vendor];
    const model = (await shippedCatalogue()).modelOf(vendor, said)?.id ?? said;
    const device = await p.device({ vendor, model, mac: `${oui}00abcd` });
    const fetched: number[] = [];
    p.signals.on('fetched', ({ revision }) => fetched.push(revision));
    const phone = createPhoneSimulator({ vendor, mac: device.mac, dhcp: await dhcpOf(vendor, p.site.url) });
    t.teardown(() => phone.close());
    await phone.boot();
    t.match(phone.accounts, [{ index: 1, host: '127.0.0.1', user: device.endpoint, password: device.secret }]);
    t.equal(phone.accounts[0]?.authId, device.endpoint);
    t.match(phone.server, { username: device.mac, password: device.password });
    t.ok(phone.server?.url.includes(device.stage2), 'it was sent to an address of its own');
    t.strictSame(fetched, [1]);
    await p.server.flush();
    const seen = await p.db.read.deviceSeen.findUniqueOrThrow({ where: { deviceId: device.id } });
    t.match(seen, {
      address: '127.0.0.1',
      fetchedRevision: 1,
      fetchedAt: Date,
      stage1At: Date,
      userAgent: phone.userAgent,
    });
    const row = await p.db.read.device.findUniqueOrThrow({ where: { id: device.id } });
    t.match(row, { state: 'active', windowUntil: null, stage1Hash: null });
    const before = phone.requests.length;
    await phone.boot();
    t.ok(phone.requests.length > before);
    t.notOk(
      phone.requests.slice(before).some(({ path }) => path.includes(p.site.token)),
      'it does not go back to where it came from',
    );
    t.strictSame(fetched, [1, 1]);
  });
}
