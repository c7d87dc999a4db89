import { type PhoneClass, phoneClassOf } from '../../src/phones/dhcp/vendor-options.ts';

export const BASE = 'https://prov.example.org/p/J4kQ9_x-7bR2mTt0WcYz5vLhNpAe8Sd1/';

/** Every form there is: plain options, texts that servers would take for their own syntax, parts of option 43, a list of addresses. */
export const CLASSES: Record<'yealink' | 'snom' | 'cisco' | 'odd' | 'silent', PhoneClass> = {
  yealink: phoneClassOf(
    {
      id: 'yealink',
      name: 'Yealink',
      vendorClasses: ['^yealink'],
      dhcp: { option66: '{base}', also: { 43: '{base}' } },
    },
    BASE,
  ),
  snom: phoneClassOf(
    {
      id: 'snom',
      name: 'Snom',
      vendorClasses: ['^snom[A-Z]?\\d'],
      dhcp: { option66: '{base}', also: { '43.66': '{base}', '43.67': 'x.htm', 67: 'x.htm' } },
    },
    BASE,
  ),
  cisco: phoneClassOf(
    {
      id: 'cisco-mpp',
      name: 'Cisco MPP',
      vendorClasses: ['^Cisco Systems, Inc\\. IP Phone', '^LINKSYS '],
      dhcp: { option66: '{base}$PSN.xml', also: { 160: '{base}$PSN.xml', 150: '192.0.2.7', 159: '{base}$PSN.xml' } },
    },
    BASE,
  ),
  odd: phoneClassOf(
    {
      id: 'odd',
      name: 'Odd',
      vendorClasses: ['^odd"\\\\,x'],
      dhcp: {
        option66: 'tftp://h/a"b\\c,d$e?f;#{}',
        also: { 43: 'a"b\\c,d', 114: '{base}', 150: 'not-an-address', nonsense: 'x' },
      },
    },
    BASE,
  ),
  silent: phoneClassOf(
    { id: 'silent', name: 'Silent', vendorClasses: [], dhcp: { option66: '{base}', also: {} } },
    BASE,
  ),
};
