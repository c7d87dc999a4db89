import { pino } from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createDaemon } from '../../src/daemon.ts';
import type { Json } from '../support/app.ts';
import { startAsterisk, until } from '../support/asterisk.ts';
import { freePort } from '../support/free-port.ts';
import { createPhoneSimulator, SIMULATED_PHONES, type SimulatedVendor } from '../support/phone-simulator.ts';
import { shippedCatalogue } from '../support/phones.ts';
import { createSipPhone } from '../support/sip-phone.ts';
import { createPhones } from '../support/sipp.ts';

// A phone out of its box, the whole daemon, a real Asterisk: what the phone's files say is all that it knows.
const pbx = await startAsterisk(t);
const config = loadConfig({
  LINEKEEPER_DATA: t.testdir(),
  LINEKEEPER_HTTP_PORT: '0',
  LINEKEEPER_EMBEDDED_PBX_MODE: 'no',
  LINEKEEPER_PHONES_HTTP_PORT: String(await freePort()),
  LINEKEEPER_PHONES_QUIET_SECONDS: '0',
});
const daemon = createDaemon(config, pino({ level: 'silent' }));
const { url, firstToken } = await daemon.start();
t.teardown(() => daemon.stop());
const sipp = createPhones(t, pbx.sipPort);

async function api(method: string, path: string, body?: object): Promise<Json> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${firstToken}`, 'content-type': 'application/json', prefer: 'wait=30' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await answer.json()) as Json;
  if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
  return json;
}

const { host, amiPort, logins, sipPort } = pbx;
await api('POST', '/pbxes', { name: 'test', host, amiPort, logins, sipPort });
const { id: companyId } = await api('POST', '/companies', {
  ...{ name: 'Acme', slug: 'acme', ranges: [['1000', '1999']], country: 'DE', timezone: 'Europe/Berlin' },
});
const site = await api('POST', '/sites', { companyId, name: 'Main' });
const { address } = await api('POST', `/sites/${site.id}/phones/address`, {});
const { vendors } = await shippedCatalogue();
const dhcpOf = (vendor: string) => vendors.get(vendor)?.dhcp.option66.replaceAll('{base}', address) ?? address;

let number = 1000;
for (const vendor of Object.keys(SIMULATED_PHONES) as SimulatedVendor[]) {
  t.test(`${vendor}: from the box to the dial tone, and a change until it is seen to work`, async (t) => {
    const { oui, model } = SIMULATED_PHONES[vendor];
    const extension = await api('POST', '/extensions', { companyId, number: String(++number), displayName: 'Ann' });
    const device = await api('POST', '/devices', {
      ...{ companyId, mac: `${oui}00beef`, vendor, model, siteId: site.id },
      lines: [{ extensionId: extension.id }],
    });
    const shown = () => api('GET', `/devices/${device.id}`);
    const waitFor = (what: string, is: (shown: Json) => boolean) => until(async () => is(await shown()), what);
    t.match(await shown(), { progress: 'never_seen' });

    const phone = createPhoneSimulator({ vendor, mac: device.mac, dhcp: dhcpOf(vendor) });
    t.teardown(() => phone.close());
    await phone.boot();
    const [account] = phone.accounts;
    if (account === undefined) throw new Error('the files say nothing of an account');
    t.match(account, { host, port: sipPort, authId: account.user });
    await waitFor('the fetch to be seen', ({ progress }) => progress === 'fetched');

    const credentials = { user: account.user, secret: account.password };
    t.equal(await sipp.register(credentials, await freePort()), 200, 'SIPp registers with exactly what the file says');
    const sip = await createSipPhone(t, sipPort);
    t.equal(await sip.register(credentials), 200);
    await waitFor('the registration to be seen', ({ progress }) => progress === 'registered');

    await api('PUT', '/phone-settings', {
      ...{ companyId, scope: 'device', scopeId: device.id, key: 'sip.expirySeconds', value: 1800 },
    });
    await until(() => sip.notified().length > 0, 'the NOTIFY');
    await phone.resync();
    await waitFor(
      'the new revision to be fetched',
      ({ wantedRevision, fetchedRevision }) => fetchedRevision === wantedRevision,
    );
    t.ok((await shown()).fetchedRevision > 1);
    t.equal(await sip.register(credentials), 200);
  });
}
