import t from 'tap';
import { unreachable } from '../../src/phones/resolve/reach.ts';

const CASES = [
  ['a private trial on one machine', 'http://127.0.0.1:8081', '127.0.0.1', []],
  ['a PBX in the network', 'https://prov.example.org', '10.0.0.5', []],
  ['the embedded PBX and phones elsewhere', 'https://prov.example.org', '127.0.0.1', ['REGISTRAR_UNKNOWN']],
  ['a name of this machine alone', 'http://192.0.2.7:8081', 'localhost', ['REGISTRAR_UNKNOWN']],
  ['a listener on all addresses', 'http://0.0.0.0:8081', '10.0.0.5', ['PUBLIC_URL_MISSING']],
  ['the same of IPv6', 'http://[::]:8081', '::1', ['PUBLIC_URL_MISSING']],
] as const;

for (const [name, url, registrar, codes] of CASES) {
  t.test(name, async (t) => {
    t.strictSame(
      unreachable(url, registrar).map(({ code }) => code),
      codes,
    );
  });
}
