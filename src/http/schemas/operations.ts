import { z } from 'zod';
import type { PinConflict } from '../../plan/merge-pin.ts';
import { DRIFT_POLICIES } from '../../plan/plan.ts';
import { SCOPES } from '../scopes.ts';
import { idSchema, timeSchema, versionSchema } from './common.ts';

export const PIN_CONFLICTS = ['phone', 'database'] as const satisfies readonly PinConflict[];

export const pbxView = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    host: z.string(),
    amiPort: z.int(),
    tls: z.boolean(),
    wsUrl: z.string().nullable(),
    sipHost: z.string().nullable(),
    sipPort: z.int().nullable(),
    driftPolicy: z.enum(DRIFT_POLICIES),
    pinConflict: z.enum(PIN_CONFLICTS),
    enabled: z.boolean(),
    lastAuditAt: timeSchema.nullable(),
    counts: z.strictObject({ companies: z.int() }),
    version: versionSchema,
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Pbx' });

export const pbxStatusView = z
  .strictObject({
    pbxId: idSchema,
    name: z.string(),
    state: z.enum(['disabled', 'offline', 'auditing', 'syncing', 'in-sync', 'blocked']),
    reason: z.string().nullable(),
    pending: z.int(),
    failed: z.int(),
    oldestPendingAt: timeSchema.nullable(),
    lastAuditAt: timeSchema.nullable(),
    lastAuditMs: z.number().nullable(),
    drift: z.int(),
    blockedPlan: z.string().nullable(),
    asteriskVersion: z.string().nullable(),
  })
  .meta({ id: 'PbxStatus' });

export const driftView = z
  .strictObject({
    pbxId: idSchema,
    ref: z.string(),
    kind: z.enum(['missing', 'changed', 'unexpected']),
    ownerType: z.string().nullable(),
    ownerId: z.string().nullable(),
    detectedAt: timeSchema,
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'Drift' });

export const tokenView = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    companyId: idSchema.nullable().meta({ description: 'null: all companies.' }),
    userId: idSchema.nullable().meta({ description: 'Whose it is: it ends with the account.' }),
    expiresAt: timeSchema.nullable(),
    lastUsedAt: timeSchema.nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Token' });
