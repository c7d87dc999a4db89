import { z } from 'zod';
import { rule } from './rule.ts';
import { text } from './text.ts';

/** Groups and teams are everywhere; any other kind is a company's own kind of labels. */
export const FIXED_KINDS = ['group', 'team'] as const;
export type FixedKind = (typeof FIXED_KINDS)[number];

/** Longest name of a kind of labels. */
export const MAX_KIND = 30;

export const labelKindSchema = rule(
  z.string(),
  'LABEL_KIND_INVALID',
  `must be 1 to ${MAX_KIND} lower-case letters, digits or "-", a letter first, and neither group nor team`,
  (v) => /^[a-z][a-z0-9-]*$/.test(v) && v.length <= MAX_KIND && !FIXED_KINDS.some((kind) => kind === v),
);

export const groupNameSchema = text(80);
export const groupDescriptionSchema = text(500);

/** Users that one request may put into a group. */
export const MAX_NEW_MEMBERS = 1000;
