import { LONGEST_TEXT_BYTES } from './asterisk/pbx-port/text-messages.ts';
import type { Core } from './core.ts';
import type { PhoneMessages } from './people/phone-messages.ts';

/** Text messages to registered phones, over the AMI links of their PBX. */
export function createSipMessages(core: Core): PhoneMessages {
  return {
    longest: LONGEST_TEXT_BYTES,
    async send({ pbxId, endpoint, from, parts }) {
      const { port } = core.connection(pbxId).connection;
      const contacts = await port.contactsOf(endpoint);
      for (const { uri } of contacts) {
        // One after the other: a phone shows them in the order in which they come.
        for (const text of parts) await port.sendMessage({ endpoint, contactUri: uri, from, text });
      }
      return contacts.length;
    },
  };
}
