import { createHash } from 'node:crypto';
import { companyContextLines } from '../../src/plan/company-context.ts';
import { type AsteriskOverrides, freePort, startAsterisk, type TestAsterisk } from './asterisk.ts';
import { RawAmi } from './raw-ami.ts';
import { type Account, createPhones } from './sipp.ts';

interface Teardown {
  teardown(work: () => unknown): void;
}

/** The trunk of these tests: an endpoint that the operator keeps in pjsip.conf, at an address of its own. */
export const TRUNK = { ip: '127.0.0.2', from: '+4989999' };
const COMPANIES = [
  { slug: 'acme', endpointPrefix: '' },
  { slug: 'beta', endpointPrefix: 'beta-' },
];

/** Two companies on one real Asterisk, put there over AMI alone, as the product does it. */
export async function startDialplan(t: Teardown, overrides: AsteriskOverrides = {}) {
  const trunkPort = await freePort();
  const pjsip = [
    '[operator]\ntype=endpoint\ncontext=linekeeper-incoming\naors=operator\nallow=!all,ulaw\ndirect_media=no',
    `[operator]\ntype=aor\ncontact=sip:${TRUNK.ip}:${trunkPort}`,
    `[operator]\ntype=identify\nendpoint=operator\nmatch=${TRUNK.ip}\n`,
  ].join('\n');
  const pbx = await startAsterisk(t, { ...overrides, custom: { 'pjsip.conf': pjsip, ...overrides.custom } });
  const ami = await pbx.raw();
  t.teardown(() => ami.close());
  await addCompanies(pbx);
  const company = { country: '49', international: '00', national: '0', callerId: '+4930123', emergency: '112&911' };
  await ami.dbPut('linekeeper/company', 'acme', { ...company, trunk: 'operator' });
  await ami.dbPut('linekeeper/company', 'beta', company);
  const phones = createPhones(t, pbx.sipPort);

  async function account(id: string, slug: string, endpoint: Record<string, string> = {}): Promise<Account> {
    const secret = `secret-${id}`;
    const md5 = createHash('md5').update(`${id}:linekeeper:${secret}`).digest('hex');
    await ami.dbPut('linekeeper/auth', id, { auth_type: 'md5', username: id, realm: 'linekeeper', md5_cred: md5 });
    await ami.dbPut('linekeeper/aor', id, { max_contacts: '1', remove_existing: 'yes' });
    const base = {
      context: `lk-${slug}`,
      auth: id,
      aors: id,
      allow: '!all,ulaw',
      direct_media: 'no',
      rewrite_contact: 'yes',
    };
    await ami.dbPut('linekeeper/endpoint', id, { ...base, ...endpoint });
    return { user: id, secret };
  }

  return {
    pbx,
    ami,
    phones,
    trunkPort,
    account,

    /** An extension of acme with one account; not registered. */
    async extension(number: string, behaviour: Record<string, string> = {}, endpoint: Record<string, string> = {}) {
      await ami.dbPut('linekeeper/extension/acme', number, { accounts: number, ...behaviour });
      return account(number, 'acme', endpoint);
    },

    /** A registered extension of acme; calls for it arrive at `port`. */
    async phone(number: string, behaviour: Record<string, string> = {}, endpoint: Record<string, string> = {}) {
      const credentials = await this.extension(number, behaviour, endpoint);
      const port = await freePort();
      const status = await phones.register(credentials, port);
      if (status !== 200) throw new Error(`registering ${number} ended with ${status}`);
      return { ...credentials, port };
    },
  };
}

export type Dialplan = Awaited<ReturnType<typeof startDialplan>>;

/** One category of one of our files, written with the login that exists for it, and read by the module that owns it. */
export async function writeCategory(
  pbx: TestAsterisk,
  file: string,
  category: string,
  lines: readonly [string, string][],
  module: string,
): Promise<void> {
  const { username, secret } = pbx.logins.config;
  const ami = await RawAmi.login(pbx.amiPort, username, secret);
  const fields: [string, string][] = [
    ['Action', 'UpdateConfig'],
    ['SrcFilename', file],
    ['DstFilename', file],
  ];
  const step = (index: number, action: string, rest: Record<string, string>) => {
    const number = String(index).padStart(6, '0');
    for (const [name, value] of Object.entries({ Action: action, Cat: category, ...rest })) {
      fields.push([`${name}-${number}`, value]);
    }
  };
  step(0, 'NewCat', {});
  lines.forEach(([variable, value], index) => {
    step(index + 1, 'Append', { Var: variable, Value: value });
  });
  for (const action of [
    fields,
    [
      ['Action', 'Reload'],
      ['Module', module],
    ] as [string, string][],
  ]) {
    const [answer] = await ami.action(action);
    if (answer?.Response !== 'Success') throw new Error(`${action[0]?.[1]}: ${answer?.Message}`);
  }
  ami.close();
}

async function addCompanies(pbx: TestAsterisk): Promise<void> {
  for (const company of COMPANIES) {
    const name = `lk-${company.slug}`;
    await writeCategory(pbx, 'linekeeper-companies.conf', name, companyContextLines(company), 'pbx_config');
  }
}
