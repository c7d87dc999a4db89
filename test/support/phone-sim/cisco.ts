import {
  hostPort,
  type PhoneAccount,
  type SimulatedModel,
  type Told,
  textOf,
  type VendorSimulation,
} from './vendor.ts';
import { parseXml, textsOf } from './xml.ts';

/** One flat profile at the address of the rule, which names the file. */
function cisco(userAgent: (phone: SimulatedModel) => string): VendorSimulation {
  return {
    sendsHost: true,
    auth: 'digest',
    userAgent,
    async boot({ at, get }) {
      const text = textOf(await get(at));
      return text === undefined ? {} : toldBy(textsOf(parseXml(text)));
    },
  };
}

export const ciscoSpa = cisco(
  ({ model, firmware, mac }) => `Cisco/${model}-${firmware} (${mac.toUpperCase()})(CCQ162306EA)`,
);
export const ciscoMpp = cisco(({ model, firmware, mac }) => `Cisco-${model}/${firmware} (${mac})`);

const RULE = /^\[\s*--uid\s+(?<username>\S+)\s+--pwd\s+(?<password>\S+)\s*\]\s*(?<url>\S+)$/;

function toldBy(values: Map<string, string>): Told {
  const rule = values.get('Profile_Rule');
  const { username = '', password = '', url = rule ?? '' } = RULE.exec(rule ?? '')?.groups ?? {};
  const accounts = Array.from({ length: 16 }, (_, at) => at + 1).flatMap((index): PhoneAccount[] => {
    const of = (name: string) => values.get(`${name}_${index}_`) ?? '';
    if (of('Line_Enable') !== 'Yes' || of('User_ID') === '') return [];
    const transport = (of('SIP_Transport').toLowerCase() || 'udp') as PhoneAccount['transport'];
    const names = { user: of('User_ID'), authId: of('Auth_ID'), password: of('Password') };
    return [{ index, transport, ...hostPort(of('Proxy'), transport), ...names }];
  });
  return {
    ...(rule === undefined ? {} : { server: { url, username, password } }),
    ...(values.has('User_ID_1_') ? { accounts } : {}),
  };
}
