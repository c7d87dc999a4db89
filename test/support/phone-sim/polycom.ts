import { type Boot, type PhoneAccount, type Told, textOf, type VendorSimulation } from './vendor.ts';
import { all, parseXml } from './xml.ts';

/** A list of files first, then the files in it: of an attribute that stands in two the first counts. Logs are put. */
export const polycom: VendorSimulation = {
  sendsHost: false,
  auth: 'digest',
  userAgent: ({ model, firmware, mac }, phase) =>
    phase === 'updater'
      ? `FileTransport PolycomVVX-${model}-UA/5.9.1.0001 (SN:${mac}) Type/Updater`
      : `FileTransport PolycomVVX-${model}-UA/${firmware} (SN:${mac}) Type/Application`,
  async boot(boot) {
    const { phone, get, head, put } = boot;
    await put(`${phone.mac}-boot.log`, 'boot|application was started\n');
    const master = textOf(await get(`${phone.mac}.cfg`)) ?? textOf(await get('000000000000.cfg'));
    if (master === undefined) return {};
    const { attributes } = parseXml(master);
    if (attributes.APP_FILE_PATH) await get(attributes.APP_FILE_PATH);
    const names = (attributes.CONFIG_FILES ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const values = await valuesOf(boot, names);
    for (const name of ['-phone.cfg', '-web.cfg', '-license.cfg', '-calls.xml', '-directory.xml']) {
      await get(`${phone.mac}${name}`);
    }
    await get('000000000000-directory.xml');
    if ((await head(`${phone.mac}-app.log`)).status === 404) await put(`${phone.mac}-app.log`, 'app|ready\n');
    return toldBy(values);
  },
};

async function valuesOf({ get, phone }: Boot, names: readonly string[]): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const name of names) {
    const text = textOf(await get(name.replaceAll('[PHONE_MAC_ADDRESS]', phone.mac)));
    if (text === undefined) continue;
    for (const { attributes } of all(parseXml(text))) {
      for (const [key, value] of Object.entries(attributes)) if (!values.has(key)) values.set(key, value);
    }
  }
  return values;
}

const TRANSPORTS: Record<string, PhoneAccount['transport']> = { UDPOnly: 'udp', TCPOnly: 'tcp', TLS: 'tls' };

function toldBy(values: Map<string, string>): Told {
  const isSet = (name: string) => values.get('device.set') === '1' && values.get(`${name}.set`) === '1';
  const of = (name: string) => values.get(name) ?? '';
  const url = isSet('device.prov.serverName') ? values.get('device.prov.serverName') : undefined;
  const hasAccounts = [...values.keys()].some((name) => name.startsWith('reg.'));
  const accounts = Array.from({ length: 48 }, (_, at) => at + 1).flatMap((index): PhoneAccount[] => {
    const reg = (name: string) => of(`reg.${index}.${name}`);
    if (reg('address') === '') return [];
    const transport = TRANSPORTS[reg('server.1.transport')] ?? 'udp';
    const port = Number(reg('server.1.port')) || (transport === 'tls' ? 5061 : 5060);
    const names = { user: reg('address'), authId: reg('auth.userId'), password: reg('auth.password') };
    return [{ index, host: reg('server.1.address'), port, transport, ...names }];
  });
  const credentials = { username: of('device.prov.user'), password: of('device.prov.password') };
  return {
    ...(url === undefined ? {} : { server: { url: url.endsWith('/') ? url : `${url}/`, ...credentials } }),
    ...(hasAccounts ? { accounts } : {}),
  };
}
