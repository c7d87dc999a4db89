import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { freePort } from '../support/free-port.ts';
import type { PhoneTls } from '../support/phone-sim/client.ts';
import { createTestProvisioning } from '../support/provisioning.ts';

/** Authorities, a certificate of the listener and certificates of phones, made with openssl. */
function createCertificates(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-tls-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const authority = (name: string) =>
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.crt`),
      '-subj',
      `/CN=${name.replace('vendors/', '')}`,
      '-days',
      '2',
    );
  mkdirSync(at('vendors'));
  for (const name of ['vendors/maker', 'stranger', 'server']) authority(name);
  return {
    serverCert: at('server.crt'),
    serverKey: at('server.key'),
    vendorCaFolder: at('vendors'),
    phone(name: string, subject: string, signer: string): PhoneTls {
      openssl('req', '-new', ...newKey, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', subject);
      const by = ['-CA', at(`${signer}.crt`), '-CAkey', at(`${signer}.key`), '-set_serial', '7', '-days', '2'];
      openssl('x509', '-req', '-in', at(`${name}.csr`), ...by, '-out', at(`${name}.crt`));
      return { cert: readFileSync(at(`${name}.crt`)), key: readFileSync(at(`${name}.key`)) };
    },
  };
}

function statusOf(url: string, tls: PhoneTls): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...tls, rejectUnauthorized: false, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject).end();
  });
}

t.test(
  'complaint 21: https, and a certificate of the maker that names the MAC address is as good as a password',
  async (t) => {
    const made = createCertificates(t);
    const https = {
      ...{ host: '127.0.0.1', port: await freePort() },
      ...{ certFile: made.serverCert, keyFile: made.serverKey, vendorCaFolder: made.vendorCaFolder },
    };
    const p = await createTestProvisioning(t, { config: { https } });
    const [device, other] = [await p.device(), await p.device()];
    const own = `${p.httpsUrl}${new URL(`${device.mac}.cfg`, device.url).pathname}`;
    const first = `${p.httpsUrl}${new URL(`${device.mac}.cfg`, p.site.url).pathname}`;
    t.match(p.httpsUrl, /^https:/);
    const ours = made.phone('ours', `/O=Maker/CN=${device.mac}`, 'vendors/maker');
    const foreign = made.phone('foreign', `/O=Maker/CN=${other.mac}`, 'vendors/maker');
    const generic = made.phone('generic', '/O=Maker/CN=generic', 'vendors/maker');
    const forged = made.phone('forged', `/O=Maker/CN=${device.mac}`, 'stranger');
    t.equal(await statusOf(first, {}), 200);
    t.equal(await statusOf(first, foreign), 404, 'the certificate of another phone');
    t.equal(await statusOf(own, {}), 401);
    t.equal(await statusOf(own, generic), 401, 'it names nobody');
    t.equal(await statusOf(own, forged), 401, 'signed by somebody else');
    t.equal(await statusOf(own, foreign), 404);
    t.equal(await statusOf(own, ours), 200);
    t.equal(await statusOf(`${own.replace(device.stage2, 'x'.repeat(32))}`, ours), 404, 'a certificate is no token');
    await p.server.flush();
    t.match(await p.db.read.deviceSeen.findUnique({ where: { deviceId: device.id } }), { certificate: device.mac });
    t.match(await p.db.read.phoneSighting.findMany(), [{ reason: 'its certificate names another MAC address' }]);
  },
);
