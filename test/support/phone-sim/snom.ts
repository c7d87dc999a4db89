import { hostPort, type PhoneAccount, type Told, textOf, type VendorSimulation } from './vendor.ts';
import { all, parseXml, type XmlElement } from './xml.ts';

/** A folder: the files of its model, then its own; an address with {mac}: that file alone. Basic, as digest fails on many. */
export const snom: VendorSimulation = {
  sendsHost: true,
  auth: 'basic',
  userAgent: ({ model, mac, firmware }) =>
    `Mozilla/4.0 (compatible; snom${model}-SIP ${firmware} 2010.12-00004-g9ba52f5 ${mac.toUpperCase()} SXM:0 UXM:0)`,
  async boot({ phone, at, get }) {
    const model = `snom${phone.model}`;
    const names = at.endsWith('/')
      ? [`${model}.htm`, `${model}-${phone.mac.toUpperCase()}.htm`, `${model}-firmware.xml`]
      : [at];
    const documents: XmlElement[] = [];
    for (const name of names) {
      const text = textOf(await get(name));
      if (text === undefined) continue;
      const document = parseXml(text);
      documents.push(document);
      for (const { attributes } of all(document).filter((one) => one.name === 'file' && one.attributes.url)) {
        const more = textOf(await get(attributes.url ?? ''));
        if (more !== undefined) documents.push(parseXml(more));
      }
    }
    return toldBy(documents.flatMap(all));
  },
};

function toldBy(elements: readonly XmlElement[]): Told {
  const value = (name: string, idx?: string) =>
    elements.findLast((one) => one.name === name && (idx === undefined || one.attributes.idx === idx))?.text.trim();
  const url = value('setting_server');
  const indexes = new Set(
    elements.filter(({ name }) => name === 'user_name').map(({ attributes }) => attributes.idx ?? '1'),
  );
  const accounts = [...indexes].flatMap((idx): PhoneAccount[] => {
    if (value('user_active', idx) !== 'on' || !value('user_name', idx)) return [];
    const [proxy = '', ...rest] = (value('user_outbound', idx) || value('user_host', idx) || '').split(';');
    const transport = (/transport=(udp|tcp|tls)/.exec(rest.join(';'))?.[1] ?? 'udp') as PhoneAccount['transport'];
    const user = value('user_name', idx) ?? '';
    const names = { user, authId: value('user_pname', idx) || user, password: value('user_pass', idx) ?? '' };
    return [{ index: Number(idx), transport, ...hostPort(proxy, transport), ...names }];
  });
  const credentials = { username: value('http_client_user') ?? '', password: value('http_client_pass') ?? '' };
  return {
    ...(url === undefined ? {} : { server: { url, ...credentials } }),
    ...(indexes.size === 0 ? {} : { accounts }),
  };
}
