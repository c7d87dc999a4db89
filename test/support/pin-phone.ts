import { mailboxContextOf } from '../../src/domain/company.ts';
import type { AsteriskOverrides } from './asterisk.ts';
import type { RawAmi } from './raw-ami.ts';

/** Somebody who dials the mailbox `EXTEN@CONTEXT`, types the PIN `OLD` and changes it to `NEW`. */
const DIALPLAN = `
[pin-menu]
exten => _X.,1,Answer
 same => n,VoiceMailMain(\${EXTEN}@\${CONTEXT_OF_MAILBOX})
[pin-fingers]
exten => _X.,1,Answer
 same => n,Wait(3)
 same => n,SendDTMF(\${OLD}#,100,100)
 same => n,Wait(6)
 same => n,SendDTMF(0,100,100)
 same => n,Wait(4)
 same => n,SendDTMF(5,100,100)
 same => n,Wait(4)
 same => n,SendDTMF(\${NEW}#,100,100)
 same => n,Wait(4)
 same => n,SendDTMF(\${NEW}#,100,100)
 same => n,Wait(8)
`;

export const PIN_PHONE: AsteriskOverrides = { custom: { 'extensions.conf': DIALPLAN } };

/** Calls the voicemail menu and changes a PIN by DTMF. Returns at once; the file of the mailbox shows when it is done. */
export async function changePinByPhone(
  ami: RawAmi,
  number: string,
  from: string,
  to: string,
  context = mailboxContextOf('acme', number),
) {
  const [answer] = await ami.action([
    ['Action', 'Originate'],
    ['Channel', `Local/${number}@pin-menu`],
    ['Context', 'pin-fingers'],
    ['Exten', number],
    ['Priority', '1'],
    ['Async', 'true'],
    ['Variable', `OLD=${from}`],
    ['Variable', `NEW=${to}`],
    ['Variable', `__CONTEXT_OF_MAILBOX=${context}`],
  ]);
  if (answer?.Response !== 'Success') throw new Error(`Originate: ${answer?.Message}`);
}
