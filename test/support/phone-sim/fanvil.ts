import { type PhoneAccount, type Told, textOf, type VendorSimulation } from './vendor.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** The file of its model first, then its own; addresses name the file. */
export const fanvil: VendorSimulation = {
  sendsHost: true,
  auth: 'digest',
  userAgent: ({ model, firmware, mac }) => `Fanvil ${model} ${firmware} ${mac}`,
  async boot({ at, get }) {
    await get('f0X5Uhw1.100.cfg');
    const text = textOf(await get(at));
    await get('fanvil_x5u_hwv1_0.txt');
    return text === undefined ? {} : toldBy(parseXml(text));
  },
};

const TRANSPORTS: Record<string, PhoneAccount['transport']> = { 0: 'udp', 1: 'tcp', 3: 'tls' };

function toldBy(document: XmlElement): Told {
  if (document.name !== 'sysConf') throw new Error(`not a configuration: ${document.name}`);
  const child = (element: XmlElement | undefined, name: string) => element?.children.find((one) => one.name === name);
  const ap = child(document, 'ap');
  const of = (name: string) => child(ap, name)?.text.trim() ?? '';
  const lines = child(document, 'sip')?.children.filter(({ name }) => name === 'line');
  const accounts = lines?.flatMap((line): PhoneAccount[] => {
    const value = (name: string) => child(line, name)?.text.trim() ?? '';
    if (value('EnableReg') !== '1') return [];
    return [
      {
        index: Number(line.attributes.index),
        host: value('RegisterAddr'),
        port: Number(value('RegisterPort')),
        transport: TRANSPORTS[value('Transport')] ?? 'udp',
        user: value('PhoneNumber'),
        authId: value('RegisterUser'),
        password: value('RegisterPswd'),
      },
    ];
  });
  const server = of('FlashServerIP');
  const credentials = { username: of('DefaultUsername'), password: of('DefaultPassword') };
  return {
    ...(server === ''
      ? {}
      : { server: { url: `${server.replace(/\/$/, '')}/${of('FlashFileName')}`, ...credentials } }),
    ...(accounts === undefined || accounts.length === 0 ? {} : { accounts }),
  };
}
