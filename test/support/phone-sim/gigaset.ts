import { type PhoneAccount, type Told, textOf, type VendorSimulation, withoutCredentials } from './vendor.ts';
import { all, parseXml } from './xml.ts';

/** A DECT manager (N870 class): lists of firmware in a folder of their own, then its file. */
export const gigaset: VendorSimulation = {
  sendsHost: true,
  auth: 'digest',
  userAgent: ({ model, firmware, mac }) => `Gigaset ${model}/${firmware}+build.a546b91;${mac.toUpperCase()}`,
  async boot({ phone, at, get }) {
    await get('42/2/master.bin');
    const text = textOf(await get(at.endsWith('/') ? `${phone.mac}.xml` : at));
    if (text === undefined) return {};
    const params = all(parseXml(text)).filter(({ name }) => name === 'param');
    return toldBy(new Map(params.map(({ attributes }) => [attributes.name ?? '', attributes.value ?? ''])));
  },
};

const TRANSPORTS: Record<string, PhoneAccount['transport']> = { 1: 'udp', 2: 'tcp', 3: 'tls' };

function toldBy(values: Map<string, string>): Told {
  const url = values.get('Provisioning.global.ProvisioningServer');
  const provider = (name: string) => values.get(`SipProvider.0.${name}`) ?? '';
  const places = [...values.keys()].flatMap((name) => /^SipAccount\.(\d+)\.AuthName$/.exec(name)?.[1] ?? []);
  const accounts = places.map((place): PhoneAccount => {
    const of = (name: string) => values.get(`SipAccount.${place}.${name}`) ?? '';
    return {
      index: Number(place),
      host: provider('RegServerAddress'),
      port: Number(provider('RegServerPort')),
      transport: TRANSPORTS[provider('TransportProtocol')] ?? 'udp',
      user: of('UserName'),
      authId: of('AuthName'),
      password: of('AuthPassword'),
    };
  });
  return {
    ...(url === undefined ? {} : { server: withoutCredentials(url) }),
    ...(places.length === 0 ? {} : { accounts }),
  };
}
