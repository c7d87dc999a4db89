import { z } from 'zod';
import {
  countrySchema,
  domainSchema,
  emergencyNumberSchema,
  rangeSchema,
  slugSchema,
  trunkSchema,
} from '../domain/company.ts';
import { labelKindSchema } from '../domain/group.ts';
import { emailSchema } from '../domain/mailbox.ts';
import { e164Schema } from '../domain/phone-number.ts';
import { rule } from '../domain/rule.ts';
import { text } from '../domain/text.ts';
import { timezoneSchema } from '../domain/timezone.ts';

const rangesSchema = rule(
  z.array(rangeSchema).min(1).max(20),
  'RANGES_OVERLAP',
  'must not overlap',
  (ranges) =>
    !ranges.some(([from, to], i) =>
      ranges.slice(i + 1).some(([f, t]) => f.length === from.length && f <= to && from <= t),
    ),
);

/** A list of names, none of them twice, whatever their case. */
function names<S extends z.ZodType<string>>(name: S, max: number) {
  return rule(
    z.array(name).max(max),
    'NAME_REPEATED',
    'must not hold a name twice',
    (all) => new Set(all.map((one) => one.toLowerCase())).size === all.length,
  );
}

/** What may be changed later. `slug` and `pbxId` may not: endpoint ids on the PBX are made of the one and live on the other. */
const changeable = {
  name: text(80),
  ranges: rangesSchema,
  country: countrySchema,
  timezone: timezoneSchema,
  trunk: trunkSchema.nullable(),
  outgoingCallerId: e164Schema.nullable(),
  emergencyNumbers: z.array(emergencyNumberSchema).max(20),
  quarantineDays: z.int().min(0).max(3650),
  /** Whose people may be invited; none: anybody. */
  allowedDomains: names(domainSchema, 100),
  noticeEmail: emailSchema.nullable(),
  userTypes: names(text(40), 100),
  labelKinds: names(labelKindSchema, 50),
  requiresSecondFactor: z.boolean(),
};

export const companyInputSchema = z
  .strictObject({
    /** Absent: the only PBX there is. */
    pbxId: z.string().max(64).optional(),
    slug: slugSchema,
    ...changeable,
  })
  .partial({
    trunk: true,
    outgoingCallerId: true,
    emergencyNumbers: true,
    quarantineDays: true,
    allowedDomains: true,
    noticeEmail: true,
    userTypes: true,
    labelKinds: true,
    requiresSecondFactor: true,
  });
export type CompanyInput = z.infer<typeof companyInputSchema>;

export const companyPatchSchema = z.strictObject(changeable).partial();
export type CompanyPatch = z.infer<typeof companyPatchSchema>;
