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
