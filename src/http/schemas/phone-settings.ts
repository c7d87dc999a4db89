import { z } from 'zod';
import { SETTING_SCOPES } from '../../domain/phones/settings.ts';

const value = z.unknown().meta({ description: 'null: left to the phone. Secrets are stars.' });

export const settingView = z.strictObject({ key: z.string(), value }).meta({ id: 'PhoneSetting' });

export const effectiveSettingView = z
  .strictObject({
    key: z.string(),
    value,
    source: z.enum(['default', 'definition', ...SETTING_SCOPES]),
    scopeId: z.string().meta({ description: 'Which site, model, ... said so.' }),
    unsupported: z.string().nullable().meta({ description: 'Why phones of this vendor cannot do it.' }),
  })
  .meta({ id: 'EffectivePhoneSetting' });

export const settingDefinitionView = z
  .strictObject({
    key: z.string(),
    description: z.string(),
    default: z.unknown(),
    isSecret: z.boolean(),
    schema: z.record(z.string(), z.unknown()).meta({ description: 'JSON schema of its values.' }),
    unsupported: z.record(z.string(), z.string()).meta({ description: 'Vendors that cannot do it, and why.' }),
  })
  .meta({ id: 'PhoneSettingDefinition' });

const scope = z.enum(SETTING_SCOPES).meta({ description: 'The layer; later ones win.' });
const scopeId = z.string().max(100).optional().meta({
  description: 'yealink, yealink/t5x, yealink/T54W, or the id of a site, layout or device; absent of the company.',
});

export const placeFields = { scope, scopeId };
export const keyField = z.string().max(150).meta({ description: 'A neutral key, or native.<vendor>.<parameter>.' });
