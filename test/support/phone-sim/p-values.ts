import { type Boot, hostPort, type PhoneAccount, type Told, textOf, type VendorSimulation } from './vendor.ts';
import { all, parseXml, textsOf, type XmlElement } from './xml.ts';

const TRANSPORTS = ['udp', 'tcp', 'tls'] as const;

/** The binary file first; the first that is there is the only one. */
async function firstOf({ get }: Boot, names: readonly string[]): Promise<XmlElement | undefined> {
  for (const name of names) {
    const text = textOf(await get(name));
    if (text !== undefined) return parseXml(text);
  }
  return undefined;
}

/** Grandstream: P-values (version 1) or names (version 2). The address is told without its scheme. */
export const grandstream: VendorSimulation = {
  sendsHost: true,
  auth: 'digest',
  userAgent: ({ model, mac, firmware }) => `Grandstream Model HW ${model} SW ${firmware} DevId ${mac}`,
  async boot(boot) {
    const { mac, model } = boot.phone;
    const names = [`cfg${mac}`, `cfg${mac}.bin`, `cfg${mac}.xml`, `cfg${model.toLowerCase()}.xml`, 'cfg.xml'];
    const document = await firstOf(boot, names);
    if (document === undefined) return {};
    const stated = textsOf(document).get('mac');
    if (stated !== undefined && stated !== mac) throw new Error(`a file for ${stated}`);
    const isNamed = all(document).some(({ name, attributes }) => name === 'config' && attributes.version === '2');
    return isNamed
      ? toldByNames(document)
      : toldByNumbers(textsOf(document), (path, mode) => `${mode === '2' ? 'https' : 'http'}://${path}`);
  },
};

const htekLike = (vendor: string): VendorSimulation => ({
  sendsHost: false,
  auth: 'digest',
  userAgent: ({ model, mac, firmware }) => `${vendor} ${model} ${firmware} ${mac.replace(/..(?=.)/g, '$&:')}`,
  async boot(boot) {
    const { mac } = boot.phone;
    const document = await firstOf(boot, ['cfg0010.xml', `cfg${mac}`, `cfg${mac}.xml`]);
    return document === undefined ? {} : toldByNumbers(textsOf(document), (path) => path);
  },
});

/** The same engine under two names. */
export const htek = htekLike('Htek');
export const sangoma = htekLike('Sangoma');

function toldByNumbers(values: Map<string, string>, urlOf: (path: string, mode: string) => string): Told {
  const p = (code: number) => values.get(`P${code}`);
  const path = p(237);
  const credentials = { username: p(1360) ?? '', password: p(1361) ?? '' };
  const codes = [
    { index: 1, active: 271, server: 47, user: 35, authId: 36, secret: 34, transport: 130 },
    ...[2, 3, 4].map((index) => {
      const block = 100 * (index + 2);
      return {
        index,
        active: block + 1,
        server: block + 2,
        user: block + 4,
        authId: block + 5,
        secret: block + 6,
        transport: 630 + 100 * index,
      };
    }),
  ];
  const accounts = codes.flatMap(({ index, ...code }): PhoneAccount[] => {
    if (p(code.active) !== '1') return [];
    const transport = TRANSPORTS[Number(p(code.transport) ?? 0)] ?? 'udp';
    const names = { user: p(code.user) ?? '', authId: p(code.authId) ?? '', password: p(code.secret) ?? '' };
    return [{ index, transport, ...hostPort(p(code.server) ?? '', transport), ...names }];
  });
  return {
    ...(path === undefined ? {} : { server: { url: folder(urlOf(path, p(212) ?? '1')), ...credentials } }),
    ...(p(271) === undefined ? {} : { accounts }),
  };
}

function toldByNames(document: XmlElement): Told {
  const items = new Map(
    all(document)
      .filter(({ name }) => name === 'item')
      .map((item) => [item.attributes.name ?? '', item.text.trim()]),
  );
  const of = (index: number, name: string) => items.get(`account.${index}.${name}`) ?? '';
  const accounts = [1, 2, 3, 4, 5, 6].flatMap((index): PhoneAccount[] => {
    if (of(index, 'enable') !== 'Yes') return [];
    const name = of(index, 'sip.transport').toLowerCase();
    const transport = name.startsWith('tls') ? 'tls' : name === 'tcp' ? 'tcp' : 'udp';
    const authId = of(index, 'sip.subscriber.userid') || of(index, 'sip.subscriber.userId');
    const names = { user: of(index, 'sip.userid'), authId, password: of(index, 'sip.subscriber.password') };
    return [{ index, transport, ...hostPort(of(index, 'sip.server.1.address'), transport), ...names }];
  });
  return { accounts };
}

function folder(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
