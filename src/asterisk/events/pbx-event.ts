import { z } from 'zod';
import type { AmiMessage } from '../ami/ami-message.ts';
import { visible } from '../ami/text.ts';

/** Text of a stranger: a caller may put anything into it. */
const Text = z.string().transform((text) => visible(text, 120));
const Account = z
  .string()
  .min(1)
  .transform((text) => visible(text, 80));

const Bare = z.object({});
const Reloaded = z.object({ Module: z.string().regex(/^[A-Za-z0-9_.]{1,80}$/) });
const PinChanged = z.object({
  Mailbox: z.string().regex(/^[0-9]{1,20}$/),
  Context: z.string().regex(/^[A-Za-z0-9.-]{1,79}$/),
});
const Claimed = z.object({ UserEvent: z.literal('LinekeeperClaim') });
const ContactStatus = z.object({ AOR: Account, URI: Text, ContactStatus: Text, EndpointName: Account.optional() });
const Rejection = z.object({ AccountID: Account, RemoteAddress: Text, Service: Text.optional() });

/** Why a phone was turned away, by the name of Asterisk's security event. */
const REJECTIONS = {
  InvalidPassword: 'wrong secret',
  ChallengeResponseFailed: 'wrong secret',
  InvalidAccountID: 'no such account',
  FailedACL: 'address not allowed',
} as const;

export type RejectionReason = (typeof REJECTIONS)[keyof typeof REJECTIONS];

/** The events that we act on. Each is a hint that makes us look, never the truth: values in events can be forged. */
export type PbxEvent =
  | { type: 'fullyBooted' }
  | { type: 'shutdown' }
  | { type: 'claimed' }
  | { type: 'reloaded'; module: string }
  | { type: 'pinChanged'; number: string; context: string }
  | { type: 'contactStatus'; aor: string; uri: string; status: string }
  | { type: 'rejected'; account: string; reason: RejectionReason; remoteAddress: string };

/** Undefined for an event that we do not use, or one that is not what it should be. */
export function parsePbxEvent(message: AmiMessage): PbxEvent | undefined {
  const name = message.get('Event') ?? '';
  switch (name) {
    case 'FullyBooted':
      return read(Bare, message) && { type: 'fullyBooted' };
    case 'Shutdown':
      return read(Bare, message) && { type: 'shutdown' };
    case 'UserEvent':
      return read(Claimed, message) && { type: 'claimed' };
    case 'Reload': {
      const event = read(Reloaded, message);
      return event && { type: 'reloaded', module: event.Module };
    }
    case 'VoicemailPasswordChange': {
      // The new PIN was dropped while decoding (AmiMessage); whoever wants it reads our file.
      const event = read(PinChanged, message);
      return event && { type: 'pinChanged', number: event.Mailbox, context: event.Context };
    }
    case 'ContactStatus': {
      const event = read(ContactStatus, message);
      return event && { type: 'contactStatus', aor: event.AOR, uri: event.URI, status: event.ContactStatus };
    }
    case 'InvalidPassword':
    case 'ChallengeResponseFailed':
    case 'InvalidAccountID':
    case 'FailedACL': {
      const event = read(Rejection, message);
      if (!event) return undefined;
      const { AccountID: account, RemoteAddress: remoteAddress } = event;
      return { type: 'rejected', account, reason: REJECTIONS[name], remoteAddress };
    }
    default:
      return undefined;
  }
}

/** Only the headers that the schema names are looked up; a doubled one was forged or spliced. */
function read<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, message: AmiMessage) {
  const fields: [string, string][] = [];
  for (const name of Object.keys(schema.shape)) {
    const values = message.all(name);
    if (values.length > 1) return undefined;
    if (values[0] !== undefined) fields.push([name, values[0]]);
  }
  return schema.safeParse(Object.fromEntries(fields)).data;
}
