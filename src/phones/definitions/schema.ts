import { z } from 'zod';
import { SETTING_KEYS } from '../../domain/phones/settings.ts';

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,60}$/);
const pattern = z
  .string()
  .max(400)
  .refine((source) => {
    try {
      new RegExp(source, 'i');
      return true;
    } catch {
      return false;
    }
  }, 'must be a regular expression');

/** How a format is escaped and checked: `src/phones/render/escape.ts`. */
export const FORMATS = ['kv', 'xml', 'xml-latin1', 'text'] as const;
export type FileFormat = (typeof FORMATS)[number];

/**
 * probe: asked for by habit, answered 404. common: the same for all, without secrets. stage1: what an unknown stage gets for
 * its device file. device: everything. phonebook, firmware-info: small helpers.
 */
export const FILE_KINDS = ['probe', 'common', 'device', 'phonebook', 'firmware-info'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export const fileDefinitionSchema = z.strictObject({
  /** Against the last part of the path, any case. Named groups: mac, model. */
  match: pattern,
  kind: z.enum(FILE_KINDS),
  /** Name of a template in templates/phones/<vendor>/; absent of a probe. */
  template: z.string().optional(),
  /** Template of the same file in stage 1; absent: 404 there, but of a common file that is then the same in both. */
  stage1: z.string().optional(),
  /** What it is called for a phone, with {mac}, {MAC}, {model}: for previews and hashes. Absent: not part of the revision. */
  name: z.string().optional(),
  format: z.enum(FORMATS).optional(),
  contentType: z.string().optional(),
  /** Fetching this one means that the phone has the revision. Exactly one file of a vendor. */
  isMain: z.boolean().optional(),
});
export type FileDefinition = z.output<typeof fileDefinitionSchema>;

export const vendorSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/),
  name: z.string(),
  /** Which mapper of src/phones/vendors; vendors that share an engine share it. */
  mapper: z.string(),
  format: z.enum(FORMATS),
  ouiHints: z.array(z.string().regex(/^[0-9a-f]{6}$/)).default([]),
  /** Named groups: model, fw, mac; any case. */
  userAgents: z.array(pattern),
  /** Vendor classes of DHCP option 60. */
  vendorClasses: z.array(pattern).default([]),
  /** Of client certificates: which subject names the MAC, with a group mac. */
  certificates: z.array(pattern).default([]),
  /** Offered in this order. */
  auth: z.array(z.enum(['digest', 'basic'])).min(1),
  files: z.array(fileDefinitionSchema),
  /** Files that a phone puts. */
  uploads: z.array(z.strictObject({ match: pattern, maxBytes: z.int().max(524_288) })).default([]),
  /** Event header of the NOTIFY; null: it cannot. */
  notify: z.strictObject({ resync: z.string(), reboot: z.string().nullable() }),
  /** What DHCP hands out: `{base}` is the address of stage 1 with a slash at its end. */
  dhcp: z.strictObject({ option66: z.string(), also: z.record(z.string(), z.string()).default({}) }),
  /** Neutral settings that it cannot, each with why. */
  unsupported: z.partialRecord(z.enum(SETTING_KEYS), z.string()).default({}),
  /** Firmware files by the vendor's own way of asking. */
  firmware: z.strictObject({ match: pattern, file: z.string() }).optional(),
  notes: z.string().optional(),
});
export type VendorDefinition = z.output<typeof vendorSchema>;

const modelShape = {
  /** Lines, i.e. accounts, it takes. */
  accounts: z.int().min(1).max(64),
  keys: z.strictObject({ line: z.int().min(0), programmable: z.int().min(0).default(0) }),
  expansion: z.strictObject({ type: z.string(), modules: z.int().min(1).max(6), keys: z.int().min(1) }).nullable(),
  codecs: z.array(z.string()).min(1),
  /** Facts that a mapper asks for: color, wifi, dect, ... */
  caps: z.record(z.string(), z.union([z.boolean(), z.string(), z.number()])),
  /** Settings that hold for it unless somebody says otherwise, neutral or native. */
  settings: z.record(z.string(), z.unknown()),
};

/** A family of models: what they share stands once. */
export const familySchema = z.strictObject({
  family: z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/),
  defaults: z.strictObject(modelShape).partial().default({}),
  models: z
    .array(z.strictObject({ id, aliases: z.array(id).default([]), ...z.strictObject(modelShape).partial().shape }))
    .min(1),
  /** Differences by firmware or hardware, here and never in a template. The first that holds wins key by key. */
  conditions: z
    .array(z.strictObject({ models: z.array(id).optional(), firmware: z.string(), caps: modelShape.caps }))
    .default([]),
});

/** One model with everything of its family filled in. */
export interface ModelDefinition {
  vendor: string;
  family: string;
  id: string;
  aliases: readonly string[];
  accounts: number;
  keys: { line: number; programmable: number };
  expansion: { type: string; modules: number; keys: number } | null;
  codecs: readonly string[];
  caps: Readonly<Record<string, boolean | string | number>>;
  settings: Readonly<Record<string, unknown>>;
  conditions: readonly { firmware: string; caps: Readonly<Record<string, boolean | string | number>> }[];
}
