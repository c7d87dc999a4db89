import { z } from 'zod';
import { phoneKeysSchema } from '../../domain/phones/key.ts';
import { macSchema } from '../../domain/phones/mac.ts';
import { text } from '../../domain/text.ts';

const id = z.string().max(64);
export const lineLabelSchema = text(40);

/** A line of a device: an extension, and which of its accounts (absent: one that is free, or a new one). */
export const lineInputSchema = z.strictObject({
  extensionId: id,
  account: z
    .int()
    .min(1)
    .max(99)
    .optional()
    .meta({ description: 'Ordinal of the SIP account; absent: a free or new one.' }),
  label: lineLabelSchema.nullable().optional().meta({ description: 'Beside the key; null: the number.' }),
});
export type LineInput = z.output<typeof lineInputSchema>;

const fields = {
  vendor: z.string({ error: 'is needed, such as yealink; GET /phone-vendors lists them' }).max(31),
  model: z.string().max(61).nullable().optional(),
  siteId: id.nullable().optional(),
  userId: id.nullable().optional(),
  label: text(60).nullable().optional(),
  keyLayoutId: id.nullable().optional(),
  keys: phoneKeysSchema.optional(),
};

export const devicePatchSchema = z.strictObject({ ...fields, vendor: fields.vendor.optional() });
export type DevicePatch = z.output<typeof devicePatchSchema>;

export const settingsInputSchema = z.record(z.string().max(150), z.unknown());

export const deviceInputSchema = z.strictObject({
  mac: macSchema,
  ...fields,
  lines: z.array(lineInputSchema).max(48).optional(),
  settings: settingsInputSchema.optional().meta({ description: 'Settings of this device alone, by their keys.' }),
});
export type DeviceInput = z.output<typeof deviceInputSchema>;
