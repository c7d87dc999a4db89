import { z } from 'zod';
import { rule } from '../domain/rule.ts';
import { text } from '../domain/text.ts';
import { DRIFT_POLICIES } from '../plan/plan.ts';
import { PIN_CONFLICTS } from './schemas/operations.ts';

const hostSchema = rule(z.string(), 'HOST_INVALID', 'must be a host name or an IP address', (v) =>
  /^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$/.test(v),
);
/** One word of an AMI line. */
const amiWord = rule(z.string(), 'AMI_LOGIN_INVALID', 'must be 1 to 128 visible ASCII characters', (v) =>
  /^[\x21-\x7e]{1,128}$/.test(v),
);
const loginSchema = z.strictObject({ username: amiWord, secret: amiWord });
const loginsSchema = z.strictObject({
  events: loginSchema,
  query: loginSchema,
  sync: loginSchema,
  config: loginSchema,
  act: loginSchema
    .optional()
    .meta({ description: 'Transfers and rings test calls; without it these two are not available.' }),
});

const wsUrlSchema = rule(z.string().max(300), 'WS_URL_INVALID', 'must be a ws:// or wss:// address', (v) => {
  return URL.canParse(v) && ['ws:', 'wss:'].includes(new URL(v).protocol);
});

const settings = {
  name: text(60),
  host: hostSchema,
  amiPort: z.int().min(1).max(65_535),
  tls: z.boolean(),
  wsUrl: wsUrlSchema.nullable(),
  sipHost: hostSchema.nullable().meta({ description: 'Where desk phones register; null: `host`.' }),
  sipPort: z.int().min(1).max(65_535).nullable().meta({ description: 'null: 5060, with TLS 5061.' }),
  driftPolicy: z.enum(DRIFT_POLICIES),
  pinConflict: z.enum(PIN_CONFLICTS),
  enabled: z.boolean(),
};

export const pbxInputSchema = z
  .strictObject({
    ...settings,
    logins: loginsSchema.meta({ description: 'AMI logins, one for each purpose. Written, never read.' }),
  })
  .partial({
    amiPort: true,
    tls: true,
    wsUrl: true,
    sipHost: true,
    sipPort: true,
    driftPolicy: true,
    pinConflict: true,
    enabled: true,
  });
export type PbxInput = z.infer<typeof pbxInputSchema>;

export const pbxPatchSchema = z
  .strictObject({
    ...settings,
    logins: loginsSchema.partial().meta({ description: 'Only the logins that change, each whole.' }),
  })
  .partial();
export type PbxPatch = z.infer<typeof pbxPatchSchema>;
