import t from 'tap';
import type { JudgedEndpoint } from '../../src/bulk/adopt/endpoint.ts';
import { judgeEndpoints } from '../../src/bulk/adopt/judge.ts';
import { foreignEndpoints } from '../../src/bulk/adopt/view.ts';
import { parseAsteriskIni } from '../../src/bulk/formats/asterisk-ini.ts';

const AUTH = 'type=auth\nusername=1001\npassword=their-secret';
const AOR = 'type=aor\nmax_contacts=1';

/** One endpoint 1001 whose sections are as given. */
function judged(endpoint = '', auth = AUTH, aor = AOR, more = ''): JudgedEndpoint[] {
  const pjsip = `[1001]\ntype=endpoint\nauth=1001\naors=1001\n${endpoint}\n[1001]\n${auth}\n[1001]\n${aor}\n${more}`;
  const { categories } = parseAsteriskIni(pjsip.split('\n'));
  return judgeEndpoints({ pjsip: categories, wizards: [], voicemail: [] });
}

function codes(...parts: Parameters<typeof judged>): string[] {
  const [one] = judged(...parts);
  return one?.obstacles.map(({ code }) => code) ?? [];
}

t.test(
  'an endpoint can be adopted when its phone would notice nothing, and the reason is told when it would',
  async (t) => {
    t.same(codes(), []);
    t.same(codes('outbound_auth=carrier'), ['TRUNK']);
    t.same(codes('auth=1001,other'), ['SEVERAL_SECRETS']);
    t.same(codes('auth=nobody'), ['NO_PASSWORD']);
    t.same(codes('', 'type=auth\nauth_type=md5\nusername=1001\nmd5_cred=0123456789abcdef0123456789abcdef'), [
      'DIGEST_ONLY',
    ]);
    t.same(codes('', 'type=auth\nusername=anna\npassword=their-secret'), ['LOGIN_NAME']);
    t.same(codes('', 'type=auth\nusername=1001\npassword=abc'), ['SECRET_INVALID']);
    t.same(codes('aors=1001,1002'), ['AOR_NAME']);
    t.same(codes('aors=other'), ['AOR_NAME']);
    t.same(codes('', AUTH, `${AOR}\ncontact=sip:1001@192.0.2.1`), ['FIXED_CONTACT']);
    t.same(codes('identify_by=ip'), ['KNOWN_BY_ADDRESS']);
    t.same(codes('', AUTH, AOR, '[x]\ntype=identify\nendpoint=1001\nmatch=192.0.2.1'), ['KNOWN_BY_ADDRESS']);
    t.same(codes('media_encryption=sdes'), ['MEDIA_ENCRYPTION']);
    t.same(codes('use_avpf=yes'), ['WEBRTC_DETAILS']);
    t.same(codes('webrtc=yes\nmedia_encryption=dtls\nuse_avpf=yes'), []);
    t.same(codes('dtmf_mode=info'), ['DTMF_MODE']);
    t.same(codes('', AUTH, AOR, '[1001]\ntype=endpoint\nauth=1001\naors=1001'), ['REPEATED']);
  },
);

t.test('names that are no numbers, templates and wizards', async (t) => {
  const pjsip = parseAsteriskIni(['[phone](!)', 'type=endpoint', '[anna](phone)', 'auth=anna']).categories;
  const wizards = parseAsteriskIni(['[1002]', 'type=wizard']).categories;
  const found = judgeEndpoints({ pjsip, wizards, voicemail: [] });
  t.match(found, [
    { name: '1002', obstacles: [{ code: 'WIZARD' }] },
    { name: 'anna', obstacles: [{ code: 'NO_EXTENSION_NUMBER' }] },
  ]);
  t.equal(found.length, 2);
});

t.test('what is not kept is told by the name of the setting, never by its value', async (t) => {
  const [one] = judged('rtp_timeout=30\nset_var=PIN=hidden', AUTH, AOR);
  t.ok(one?.notes.some(({ setting }) => setting === 'endpoint.rtp_timeout'));
  t.notMatch(JSON.stringify(one?.notes), /hidden|their-secret/);
});

t.test(
  'a company can have it when its phones log in with the bare number, in its ranges, and nobody has the number',
  async (t) => {
    const company = {
      id: 'a',
      slug: 'a',
      endpointPrefix: '',
      ranges: [['1000', '1999']] as [string, string][],
      taken: [],
    };
    const view = (...companies: (typeof company)[]) => foreignEndpoints(judged(), [], companies)[0];
    t.match(view(company), { companyIds: ['a'], obstacles: [] });
    t.match(view({ ...company, endpointPrefix: 'a-' }), { companyIds: [], obstacles: [{ code: 'NO_COMPANY' }] });
    t.match(view({ ...company, ranges: [['2000', '2999']] }), { companyIds: [], obstacles: [{ code: 'NO_COMPANY' }] });
    const taken = { ...company, taken: ['1001'] as never[] };
    t.match(view(taken), { companyIds: [], obstacles: [{ code: 'NUMBER_TAKEN' }] });
  },
);
