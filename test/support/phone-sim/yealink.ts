import { type PhoneAccount, type Told, textOf, type VendorSimulation } from './vendor.ts';

const COMMON: Record<string, string> = { T31P: '123', T46U: '108', T54W: '96', T57W: '97', T74U: '187', W70B: '146' };
const TRANSPORTS = ['udp', 'tcp', 'tls'] as const;

/** Boot files first, then the file of the model and its own; the last value of a parameter counts. */
export const yealink: VendorSimulation = {
  sendsHost: true,
  auth: 'digest',
  userAgent: ({ model, mac, firmware }) => `Yealink SIP-${model} ${firmware} ${mac.replace(/..(?=.)/g, '$&:')}`,
  async boot({ phone, get }) {
    const boots = [await get(`${phone.mac}.boot`), await get('y000000000000.boot')];
    if (boots.some(({ status }) => status === 200)) throw new Error('boot files are not served here');
    const common = await get(`y${(COMMON[phone.model] ?? '0').padStart(12, '0')}.cfg`);
    const own = await get(`${phone.mac}.cfg`);
    return toldBy(new Map([common, own].flatMap((file) => [...values(textOf(file))])));
  },
};

/** @throws when the file is not one that the phone would read */
function values(text: string | undefined): Map<string, string> {
  if (text === undefined) return new Map();
  const [first, ...lines] = text.split('\n');
  if (first !== '#!version:1.0.0.1') throw new Error(`not a configuration: ${first}`);
  const pairs = lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).map((line) => line.split(' = '));
  return new Map(pairs.map(([name = '', ...value]) => [name.trim(), value.join(' = ')]));
}

function toldBy(all: Map<string, string>): Told {
  const url = all.get('static.auto_provision.server.url');
  const of = (name: string) => all.get(`static.auto_provision.server.${name}`) ?? '';
  const accounts = Array.from({ length: 16 }, (_, at) => accountOf(all, at + 1)).filter((one) => one !== undefined);
  const knowsAccounts = [...all.keys()].some((name) => name.startsWith('account.'));
  return {
    ...(url === undefined ? {} : { server: { url, username: of('username'), password: of('password') } }),
    ...(knowsAccounts ? { accounts } : {}),
  };
}

function accountOf(all: Map<string, string>, index: number): PhoneAccount | undefined {
  const of = (name: string) => all.get(`account.${index}.${name}`) ?? '';
  if (of('enable') !== '1') return undefined;
  return {
    index,
    host: of('sip_server.1.address'),
    port: Number(of('sip_server.1.port')),
    transport: TRANSPORTS[Number(of('sip_server.1.transport_type'))] ?? 'udp',
    user: of('user_name'),
    authId: of('auth_name'),
    password: of('password'),
  };
}
