import { z } from 'zod';
import { countrySchema, emergencyNumberSchema, rangeSchema, slugSchema, trunkSchema } from '../domain/company.ts';
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
};

export const companyInputSchema = z
  .strictObject({
    /** Absent: the only PBX there is. */
    pbxId: z.string().max(64).optional(),
    slug: slugSchema,
    ...changeable,
  })
  .partial({ trunk: true, outgoingCallerId: true, emergencyNumbers: true, quarantineDays: true });
export type CompanyInput = z.infer<typeof companyInputSchema>;

export const companyPatchSchema = z.strictObject(changeable).partial();
export type CompanyPatch = z.infer<typeof companyPatchSchema>;
