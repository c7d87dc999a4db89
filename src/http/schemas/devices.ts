import { z } from 'zod';
import { DEVICE_STATES, FOLLOW_STATES, NOTIFY_KINDS, PROGRESS } from '../../domain/phones/device.ts';
import { KEY_SECTIONS, KEY_TYPES } from '../../domain/phones/key.ts';
import { normalMac } from '../../domain/phones/mac.ts';
import { flagSchema, idSchema, timeSchema, versionSchema } from './common.ts';
import { severalOf, severalOrNone, severalText, time } from './filter-values.ts';

const named = z.strictObject({ id: idSchema, name: z.string() });
const stamps = { version: versionSchema, createdAt: timeSchema, updatedAt: timeSchema };

export const phoneKeyView = z
  .strictObject({
    section: z.enum(KEY_SECTIONS),
    module: z.int().optional(),
    index: z.int(),
    type: z.enum(KEY_TYPES),
    value: z.string().optional(),
    label: z.string().optional(),
    line: z.int().optional(),
  })
  .meta({ id: 'PhoneKey' });

const fieldError = z.strictObject({ path: z.string(), code: z.string(), message: z.string() });

export const deviceLineView = z
  .strictObject({
    ordinal: z.int(),
    label: z.string().nullable(),
    extension: z.strictObject({ id: idSchema, number: z.string(), displayName: z.string() }),
    account: z.int().meta({ description: 'Ordinal of the SIP account of the extension.' }),
    endpoint: z.string().meta({ description: 'What it registers as.' }),
  })
  .meta({ id: 'DeviceLine' });

export const deviceView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    mac: z.string().meta({ description: '12 hexadecimal digits, lower case.' }),
    vendor: z.string(),
    model: z.string().nullable(),
    label: z.string().nullable(),
    state: z.enum(DEVICE_STATES).meta({ description: 'suspended: nothing is served to it.' }),
    site: named.nullable(),
    user: z.strictObject({ id: idSchema, username: z.string(), name: z.string() }).nullable(),
    keyLayout: named.nullable(),
    keys: z.array(phoneKeyView).meta({ description: 'Its own, over those of its layouts.' }),
    lines: z.array(deviceLineView),
    windowUntil: timeSchema.nullable().meta({ description: 'Until then its first address is answered.' }),
    hasOwnAddress: z.boolean().meta({ description: 'A first address of its own waits to be used.' }),
    release: z.string().nullable().meta({ description: 'Templates it is held at; null: the newest.' }),
    progress: z.enum(PROGRESS).meta({ description: 'The furthest step that was seen.' }),
    problems: z.array(fieldError).meta({ description: 'Why no files can be made for it.' }),
    wantedRevision: z.int(),
    fetchedRevision: z.int().nullable(),
    stage1At: timeSchema.nullable(),
    fetchedAt: timeSchema.nullable(),
    seenAt: timeSchema.nullable(),
    registeredAt: timeSchema.nullable(),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    firmware: z.string().nullable(),
    seenModel: z.string().nullable(),
    certificate: z.string().nullable(),
    follow: z
      .strictObject({
        state: z.enum(FOLLOW_STATES),
        kind: z.enum(NOTIFY_KINDS).nullable(),
        revision: z.int().nullable(),
        reason: z.string().nullable(),
        attempts: z.int(),
        at: timeSchema.nullable(),
      })
      .nullable()
      .meta({ description: 'How far its last change has come; null: nothing was asked of it yet.' }),
    ...stamps,
  })
  .meta({ id: 'Device' });

const flag = flagSchema.optional();
const companyId = z.string().max(64).optional();

export const deviceFilters = {
  companyId,
  siteId: severalOrNone(64),
  userId: severalOrNone(64),
  keyLayoutId: severalOrNone(64),
  mac: severalText(17).transform((macs) => macs?.map((mac) => normalMac(mac) ?? mac)),
  vendor: severalText(31),
  model: severalOrNone(61),
  state: severalOf(DEVICE_STATES),
  progress: severalOf(PROGRESS),
  followState: severalOrNone(20),
  firmware: severalOrNone(64),
  extension: severalText(20).meta({ description: 'Number of an extension that is a line of it.' }),
  hasProblems: flag,
  isBehind: flag.meta({ description: 'It has not fetched its newest files.' }),
  hasWindow: flag.meta({ description: 'Its window is open.' }),
  seenBefore: time,
  seenAfter: time,
};

export const keyLayoutView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    name: z.string(),
    site: named.nullable(),
    group: named.extend({ kind: z.string() }).nullable(),
    keys: z.array(phoneKeyView),
    counts: z.strictObject({ devices: z.int() }),
    ...stamps,
  })
  .meta({ id: 'KeyLayout' });

export const keyLayoutFilters = {
  companyId,
  name: z.string().max(200).optional(),
  siteId: severalOrNone(64),
  groupId: severalOrNone(64),
};

export const sightingView = z
  .strictObject({
    mac: z.string(),
    companyId: idSchema.nullable(),
    site: named.nullable(),
    vendor: z.string().nullable(),
    model: z.string().nullable(),
    firmware: z.string().nullable(),
    userAgent: z.string(),
    address: z.string(),
    path: z.string(),
    reason: z.string().meta({ description: 'Why it was not served.' }),
    count: z.int(),
    firstAt: timeSchema,
    lastAt: timeSchema,
  })
  .meta({ id: 'PhoneSighting' });

export const sightingFilters = {
  companyId,
  siteId: severalOrNone(64),
  vendor: severalOrNone(31),
  model: severalOrNone(61),
};

export const fetchView = z
  .strictObject({
    id: z.int(),
    at: timeSchema,
    address: z.string(),
    method: z.string(),
    path: z.string(),
    userAgent: z.string(),
    kind: z.string(),
    status: z.int(),
    bytes: z.int(),
    reason: z.string().nullable().meta({ description: 'Why it was refused; the phone sees 404.' }),
  })
  .meta({ id: 'PhoneFetch' });
export const fetchFilters = { kind: severalText(20) };
