import { z } from 'zod';
import {
  classOfServiceSchema,
  forwardTargetSchema,
  pickupGroupSchema,
  ringSecondsSchema,
} from '../../domain/extension.ts';
import type { ExtensionInput } from '../../domain/extension-input.ts';
import { rule } from '../../domain/rule.ts';
import { type FieldError, LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import type { ExistingExtension } from '../../store/extension-writes.ts';
import { type MassAction, type MassContext, massAction } from '../../store/mass-action.ts';
import type { ExtensionBatch } from '../extension-batch.ts';
import { changeFields, undoFields } from './change-fields.ts';

const noParams = z.strictObject({});

const forwardingSchema = rule(
  z.strictObject({
    always: forwardTargetSchema.nullable().optional(),
    busy: forwardTargetSchema.nullable().optional(),
    noAnswer: forwardTargetSchema.nullable().optional(),
    doNotDisturb: z.boolean().optional(),
  }),
  'VALIDATION_FAILED',
  'must name at least one of always, busy, noAnswer and doNotDisturb',
  (params) => Object.keys(params).length > 0,
);
type Forwarding = z.infer<typeof forwardingSchema>;
const TARGETS = ['always', 'busy', 'noAnswer'] as const;

/** One field, or some that belong together, set on many extensions. */
export function fieldActions(batch: Pick<ExtensionBatch, 'apply' | 'restore'>): MassAction[] {
  function setFields<P>(
    name: string,
    title: string,
    params: z.ZodType<P>,
    inputOf: (params: P, extension: ExistingExtension) => ExtensionInput | { refused: FieldError },
    check?: MassAction<P>['check'],
  ): MassAction {
    return massAction<P>({
      ...{ name, on: 'extensions', title, needs: 'lines:write', params },
      ...(check === undefined ? {} : { check }),
      apply: (tx, context, objects, given) =>
        changeFields(tx, batch, context, objects, (extension) => inputOf(given, extension)),
      undo: (tx, context, rows) => undoFields(tx, batch, context, rows),
    });
  }
  return [
    setFields('enable-extensions', 'Enable extensions', noParams, () => ({ enabled: true })),
    setFields('disable-extensions', 'Disable extensions: their phones are thrown off', noParams, () => ({
      enabled: false,
    })),
    setFields(
      'set-class-of-service',
      'Say what extensions may call',
      z.strictObject({ classOfService: classOfServiceSchema }),
      (params) => params,
    ),
    setFields(
      'set-extension-site',
      'Move extensions to a site',
      z.strictObject({ siteId: z.string().max(64).nullable() }),
      (params) => params,
      mustBeSite,
    ),
    setFields(
      'set-pickup-group',
      'Put extensions into a pickup group',
      z.strictObject({ pickupGroup: pickupGroupSchema.nullable() }),
      (params) => params,
    ),
    setFields(
      'set-ring-seconds',
      'Say how long extensions ring',
      z.strictObject({ ringSeconds: ringSecondsSchema }),
      (params) => params,
    ),
    setFields('set-forwarding', 'Forward extensions, or stop it', forwardingSchema, forwardingOf, mustBeExtensions),
  ];
}

function forwardingOf(params: Forwarding, { number }: ExistingExtension): ExtensionInput | { refused: FieldError } {
  const own = TARGETS.find((name) => params[name] === number);
  if (own !== undefined) {
    return { refused: { path: own, code: 'FORWARD_TARGET_INVALID', message: 'it would forward to itself' } };
  }
  const { always, busy, noAnswer, doNotDisturb } = params;
  return {
    ...(always === undefined ? {} : { forwardAlways: always }),
    ...(busy === undefined ? {} : { forwardBusy: busy }),
    ...(noAnswer === undefined ? {} : { forwardNoAnswer: noAnswer }),
    ...(doNotDisturb === undefined ? {} : { doNotDisturb }),
  };
}

type At = Pick<MassContext, 'companyId'>;

async function mustBeSite(tx: Tx, { companyId }: At, { siteId }: { siteId: string | null }): Promise<void> {
  if (siteId === null || (await tx.site.count({ where: { id: siteId, companyId } })) === 1) return;
  throw invalidReference('siteId', 'there is no such site in the company');
}

async function mustBeExtensions(tx: Tx, { companyId }: At, params: Forwarding): Promise<void> {
  for (const name of TARGETS) {
    const target = params[name];
    if (target == null || target.startsWith('+')) continue;
    if ((await tx.extension.count({ where: { companyId, number: target } })) === 1) continue;
    throw invalidReference(name, `there is no extension ${target} in the company`);
  }
}

function invalidReference(name: string, message: string): LinekeeperError {
  const path = `params.${name}`;
  return new LinekeeperError('REFERENCE_INVALID', `${path}: ${message}`, {
    fields: [{ path, code: 'REFERENCE_INVALID', message }],
  });
}
