import { z } from 'zod';
import { forwardTargetSchema } from './extension.ts';
import { rule } from './rule.ts';
import { text } from './text.ts';

/** What becomes of a user. */
export const LIFECYCLE_ACTIONS = ['disable', 'enable', 'delete', 'restore'] as const;
export type LifecycleAction = (typeof LIFECYCLE_ACTIONS)[number];

/** What can be done at a time that was set before. */
export const SCHEDULED_ACTIONS = ['disable', 'enable', 'delete'] as const;
export type ScheduledName = (typeof SCHEDULED_ACTIONS)[number];

/** What callers of a disabled user get. `voicemail`: his mailbox, or the word that there is no such number. */
export const ANSWERS = ['voicemail', 'forward', 'nothing'] as const;
const answerSchema = z.strictObject({ answer: z.enum(ANSWERS), forwardTo: forwardTargetSchema.optional() });
const forwardGiven = ({ answer, forwardTo }: z.output<typeof answerSchema>) =>
  (answer === 'forward') === (forwardTo !== undefined);
export const extensionAnswerSchema = rule(
  answerSchema,
  'FORWARD_TARGET_INVALID',
  'forwardTo is given with the answer forward, and only then',
  forwardGiven,
);
export type ExtensionAnswer = z.output<typeof answerSchema>;

const callsSchema = z.enum(['end', 'leave']);
export type CallsPolicy = z.output<typeof callsSchema>;

/** Everything has a default: disabling somebody in a hurry needs no thought. */
export const disableOptionsSchema = z.strictObject({
  extension: extensionAnswerSchema.default({ answer: 'voicemail' }),
  calls: callsSchema.default('end'),
  reason: text(500).optional(),
});
export type DisableOptions = z.output<typeof disableOptionsSchema>;

export const deleteOptionsSchema = z.strictObject({
  extensions: z.enum(['delete', 'keep']).default('delete'),
  calls: callsSchema.default('end'),
});
export type DeleteOptions = z.output<typeof deleteOptionsSchema>;

/** How a user was disabled, as it is kept with him. */
export interface Disabled {
  /** Milliseconds since 1970. */
  at: number;
  by: string;
  reason: string | null;
  extension: ExtensionAnswer;
  calls: CallsPolicy;
}

/** One thing that was done, and how it was proved. */
export interface LifecycleStep {
  name: StepName;
  /** left: not done because that was asked for. */
  state: 'waiting' | 'done' | 'left';
  /** What was read back, or why it is not so yet. */
  detail: string;
  /** When it was proved, milliseconds since 1970. */
  at: number | null;
}

export const STEP_NAMES = [
  'account',
  'logins',
  'phones',
  'registrations',
  'calls',
  'callers',
  'numbers',
  'memberships',
  'forwards',
  'sync',
  'left-out',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** What of a user a report is about: fixed in the transaction that changes it, so that it can be proved when it is gone. */
export interface LifecycleSubject {
  pbxId: string;
  companySlug: string;
  extensions: SubjectExtension[];
  /** E.164. */
  numbers: { id: string; e164: string }[];
  /** What the logins were before. */
  ended: { sessions: number; tokens: number; links: number };
  /** Others whose PBX objects changed along with it. */
  otherExtensions: string[];
  notes: { name: StepName; detail: string }[];
}

export interface SubjectExtension {
  id: string;
  number: string;
  /** Number of its mailbox, where it is not that of the extension. */
  box?: string;
  endpoints: string[];
  /** It has phones when its user is there. */
  enabled: boolean;
  /** It stays although its user goes. */
  kept?: true;
}
