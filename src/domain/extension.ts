import { z } from 'zod';
import { rule } from './rule.ts';
import { text } from './text.ts';

/** Digits only: nothing in an extension number can be dialplan, AMI or SQL LIKE syntax. */
export const extensionNumberSchema = rule(z.string(), 'EXTENSION_NUMBER_INVALID', 'must be 2 to 10 digits', (v) =>
  /^[0-9]{2,10}$/.test(v),
);

export const displayNameSchema = text(80);

/** What each class may call, besides the extensions of its company and emergency numbers. */
export const CLASSES_OF_SERVICE = ['internal', 'national', 'international'] as const;
export type ClassOfService = (typeof CLASSES_OF_SERVICE)[number];
export const classOfServiceSchema = z.enum(CLASSES_OF_SERVICE);

/** Seconds a call rings before "no answer". */
export const ringSecondsSchema = z.int().min(5).max(120);

/** An extension of the same company, or a number in E.164. */
export const forwardTargetSchema = rule(
  z.string(),
  'FORWARD_TARGET_INVALID',
  'must be an extension (2 to 10 digits) or a number in E.164 such as +4930123456',
  (v) => /^[0-9]{2,10}$/.test(v) || /^\+[1-9][0-9]{6,14}$/.test(v),
);

/** In place of a forwarding: who calls a suspended extension is told that there is no such number. */
export const SUSPENDED_NOTHING = 'nothing';

export const pickupGroupSchema = rule(
  z.string(),
  'PICKUP_GROUP_INVALID',
  'must be 1 to 20 lower-case letters, digits or "-"',
  (v) => /^[a-z0-9][a-z0-9-]{0,19}$/.test(v),
);
