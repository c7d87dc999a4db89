import { z } from 'zod';
import { NOTIFY_KINDS } from '../../domain/phones/device.ts';
import {
  firmwareVersionSchema,
  ROLL_OUT_DEVICE_STATES,
  ROLL_OUT_KINDS,
  ROLL_OUT_STATES,
  rollOutLimitsSchema,
} from '../../domain/phones/roll-out.ts';
import { companyIdField, idSchema, timeSchema, versionSchema } from './common.ts';
import { severalOf } from './filter-values.ts';

const kind = z
  .enum(NOTIFY_KINDS)
  .default('resync')
  .meta({ description: 'resync: fetch the files. reboot: start anew.' });
const id = z.string().max(64);

export const notifyInput = z.strictObject({ kind }).nullish();
export const notifyManyInput = z.strictObject({
  kind,
  ids: z.array(id).min(1).max(10_000).optional().meta({ description: 'Absent: all that the filters leave.' }),
  siteId: id.optional(),
  vendor: id.optional(),
  model: z.string().max(61).optional(),
  ...companyIdField,
});
export const notifiedView = z.strictObject({ notified: z.int() }).meta({ id: 'Notified' });
export const rotateInput = z
  .strictObject({ force: z.boolean().optional().meta({ description: 'true: at once; the phone is thrown out.' }) })
  .nullish();

const counts = z.strictObject(
  Object.fromEntries(ROLL_OUT_DEVICE_STATES.map((state) => [state, z.int()])) as Record<
    (typeof ROLL_OUT_DEVICE_STATES)[number],
    z.ZodInt
  >,
);

const target = z.union([
  z.strictObject({ releaseHash: z.string() }),
  z.strictObject({ vendor: z.string(), model: z.string(), version: z.string() }),
]);

export const rollOutView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    kind: z.enum(ROLL_OUT_KINDS),
    target,
    limits: z.strictObject({
      first: z.int(),
      batch: z.int(),
      maxFailedShare: z.number(),
      waitMinutes: z.number(),
    }),
    state: z.enum(ROLL_OUT_STATES),
    reason: z.string().nullable().meta({ description: 'Why it is paused or was canceled.' }),
    actor: z.string(),
    counts,
    version: versionSchema,
    createdAt: timeSchema,
    startedAt: timeSchema.nullable(),
    finishedAt: timeSchema.nullable(),
  })
  .meta({ id: 'RollOut' });

export const rollOutFilters = {
  companyId: id.optional(),
  kind: severalOf(ROLL_OUT_KINDS),
  state: severalOf(ROLL_OUT_STATES),
};

export const rollOutDeviceView = z
  .strictObject({
    position: z.int(),
    deviceId: idSchema,
    state: z.enum(ROLL_OUT_DEVICE_STATES),
    reason: z.string().nullable(),
    at: timeSchema.nullable(),
    device: z
      .strictObject({
        mac: z.string(),
        vendor: z.string(),
        model: z.string().nullable(),
        label: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'null: it was deleted.' }),
  })
  .meta({ id: 'RollOutDevice' });
export const rollOutDeviceFilters = { state: severalOf(ROLL_OUT_DEVICE_STATES) };

const limits = rollOutLimitsSchema.prefault({});
export const rollOutInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('templates'), limits, ...companyIdField }),
  z.strictObject({
    kind: z.literal('firmware'),
    vendor: z.string().max(31),
    model: z.string().max(61),
    version: firmwareVersionSchema,
    limits,
    ...companyIdField,
  }),
]);

export const rollOutPreviewView = z
  .strictObject({
    vendors: z.array(
      z.strictObject({
        vendor: z.string(),
        devices: z.int().meta({ description: 'Phones that are held at older templates.' }),
        changedDevices: z.int(),
        changedFiles: z.int(),
        problems: z.array(z.strictObject({ mac: z.string(), message: z.string() })),
        samples: z.array(z.strictObject({ mac: z.string(), model: z.string(), file: z.string(), diff: z.string() })),
      }),
    ),
  })
  .meta({
    id: 'RollOutPreview',
    description: 'What the newest templates would make of each phone. Secrets are stars.',
  });

export const templateReleaseView = z
  .strictObject({
    hash: z.string(),
    note: z.string().nullable().meta({ description: 'What differs from the one before.' }),
    createdAt: timeSchema,
    isNewest: z.boolean(),
    devices: z.int().meta({ description: 'Phones that are held at it; those with the newest are not.' }),
  })
  .meta({ id: 'TemplateRelease' });

export const reloadedView = z
  .strictObject({
    hash: z.string(),
    isNew: z.boolean(),
    note: z.string().nullable(),
    held: z.int().meta({ description: 'Phones that stay with older ones until a roll-out.' }),
    firmwareChanged: z.boolean(),
    problems: z
      .array(z.strictObject({ path: z.string(), code: z.string(), reason: z.string() }))
      .meta({ description: 'Files of your own that were left out.' }),
  })
  .meta({ id: 'TemplatesReloaded' });

export const firmwareView = z
  .strictObject({
    files: z.array(z.strictObject({ vendor: z.string(), name: z.string(), bytes: z.int() })),
    targets: z.array(
      z.strictObject({
        companyId: idSchema,
        vendor: z.string(),
        model: z.string(),
        version: z.string(),
        file: z.string().nullable().meta({ description: 'null: there is no file of that version.' }),
        devices: z.int(),
        behind: z.int().meta({ description: 'Phones that were seen to run another version.' }),
      }),
    ),
    behind: z.array(
      z.strictObject({
        id: idSchema,
        mac: z.string(),
        vendor: z.string(),
        model: z.string(),
        firmware: z.string(),
        version: z.string(),
      }),
    ),
  })
  .meta({ id: 'Firmware' });
