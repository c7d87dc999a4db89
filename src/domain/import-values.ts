import type { z } from 'zod';
import type { mailboxInputSchema } from './extension-input.ts';
import type { NumberState } from './phone-number.ts';

/** What the rows of the import tables say. Absent: the cell was empty, null: it is cleared. */

export interface PersonValues {
  username: string;
  firstName?: string;
  lastName?: string;
  email?: string | null;
  title?: string | null;
  personalContact?: string | null;
  userType?: string | null;
  /** Name of a site of the company. */
  site?: string | null;
  language?: string;
  timezone?: string | null;
  state?: 'active' | 'disabled';
  /** Names of roles of the company. */
  roles?: string[] | null;
  groups?: string[] | null;
  teams?: string[] | null;
  labels?: { kind: string; name: string }[] | null;
  externalIds?: { name: string; value: string }[] | null;
}

export interface GroupValues {
  kind: string;
  name: string;
  description?: string | null;
}

export interface MembershipValues {
  kind: string;
  group: string;
  username: string;
}

export interface NumberValues {
  e164: string;
  state?: NumberState;
  /** Number of an extension of the company. */
  extension?: string | null;
  note?: string | null;
}

export interface MailboxRowValues {
  extension: string;
  mailbox: z.infer<typeof mailboxInputSchema>;
}

export interface DeviceValues {
  /** 12 hexadecimal digits, lower case. */
  mac: string;
  vendor?: string;
  model?: string | null;
  /** Names of a site and a key layout of the company, and of a user. */
  site?: string | null;
  label?: string | null;
  user?: string | null;
  /** Numbers of extensions, in the order of the lines. */
  lines?: string[] | null;
  layout?: string | null;
  state?: 'active' | 'suspended';
  /** Text as it is, any other value as JSON. */
  settings?: { key: string; value: string }[] | null;
}
