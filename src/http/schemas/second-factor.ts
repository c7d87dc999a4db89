import { z } from 'zod';

export const factorStateView = z
  .strictObject({
    totp: z.boolean().meta({ description: 'An authenticator app is set up.' }),
    contact: z.boolean().meta({ description: 'Codes are sent to the personal contact.' }),
    backupCodesLeft: z.int(),
    required: z.boolean().meta({ description: 'The company or a role asks for a second factor.' }),
  })
  .meta({ id: 'SecondFactor' });

export const totpOfferView = z
  .strictObject({
    secret: z.string().meta({ description: 'base32; for typing it in.' }),
    uri: z.string().meta({ description: 'otpauth://' }),
    qrPng: z.string().meta({ description: 'data:image/png;base64,...' }),
    qrSvg: z.string(),
  })
  .meta({ id: 'TotpOffer', description: 'Shown in this answer only; in force once a code was confirmed.' });

export const backupCodesView = z
  .strictObject({ backupCodes: z.array(z.string()) })
  .meta({ id: 'BackupCodes', description: 'Shown in this answer only. Each works once.' });

export const sentToView = z.strictObject({ to: z.string().meta({ description: 'Where the code went, in part.' }) });
