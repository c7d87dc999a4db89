import { z } from 'zod';
import { disableOwn, factorState, resetSecondFactor } from '../../people/second-factor/changes.ts';
import { codeSchema, demandProof, type Proof, proofSchema } from '../../people/second-factor/proof.ts';
import {
  confirmContact,
  confirmTotp,
  newBackupCodes,
  offerContact,
  offerTotp,
  wrong,
} from '../../people/second-factor/set-up.ts';
import { mustManage } from '../access.ts';
import { actionRoute, ownActionRoute, ownRoute } from '../route-options.ts';
import { noBody } from '../schemas/common.ts';
import { backupCodesView, factorStateView, sentToView, totpOfferView } from '../schemas/second-factor.ts';
import { inSession } from '../self.ts';
import type { AnyRequest, App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'second-factor';
const codeBody = z.strictObject({ code: codeSchema });
const proofBody = proofSchema.nullish();
const duringSetup = { duringSetup: true } as const;

/** A person's own second factor, and the reset by an administrator. */
export function secondFactorRoutes(app: App, { db, people }: HttpDeps, write: Write): void {
  const { hasher, factors } = people;
  const { seal } = db;

  /** The person who asks, having shown the password or a code when there is a second factor already. */
  async function proven(request: AnyRequest & { ip: string }, proof: Proof | null | undefined) {
    const me = inSession(request);
    await demandProof({ db, hasher }, { userId: me.userId, address: request.ip }, proof ?? {});
    return me;
  }

  const get = { tag, operationId: 'getSecondFactor', summary: 'Your second factor' };
  app.get('/me/second-factor', ownRoute(get, factorStateView, duringSetup), async (request) =>
    factorState(db.read, inSession(request).userId),
  );

  const offer = {
    tag,
    operationId: 'offerTotp',
    summary: 'Begin to set up an authenticator app',
    description:
      'In force once a code of it was confirmed, within 30 minutes. Needs a proof when one is set up already.',
  };
  app.post('/me/second-factor/totp', ownActionRoute(offer, proofBody, totpOfferView, duringSetup), async (request) => {
    const { userId } = await proven(request, request.body);
    return offerTotp(db, userId);
  });

  const confirm = { tag, operationId: 'confirmTotp', summary: 'Switch the authenticator app on with a code of it' };
  app.post(
    '/me/second-factor/totp/confirm',
    ownActionRoute(confirm, codeBody, backupCodesView, duringSetup),
    async (request) => {
      const me = inSession(request);
      return { backupCodes: await db.write((tx) => confirmTotp(tx, seal, me, request.body.code)) };
    },
  );

  const codes = { tag, operationId: 'renewBackupCodes', summary: 'Ten new backup codes; the old ones die' };
  app.post('/me/second-factor/backup-codes', ownActionRoute(codes, proofBody, backupCodesView), async (request) => {
    const me = await proven(request, request.body);
    return { backupCodes: await db.write((tx) => newBackupCodes(tx, seal, me)) };
  });

  const contact = {
    tag,
    operationId: 'offerContactCodes',
    summary: 'Send a code to your personal contact, to use it as second factor',
    description: 'Six digits, good for ten minutes and five tries. Phone numbers need an SMS webhook.',
  };
  app.post(
    '/me/second-factor/contact',
    ownActionRoute(contact, proofBody, sentToView, duringSetup),
    async (request) => {
      const { userId } = await proven(request, request.body);
      return { to: await offerContact(db, factors.sms, userId) };
    },
  );

  const arrived = { tag, operationId: 'confirmContactCodes', summary: 'Switch codes to your personal contact on' };
  app.post(
    '/me/second-factor/contact/confirm',
    ownActionRoute(arrived, codeBody, factorStateView, duringSetup),
    async (request) => {
      const me = inSession(request);
      if (!(await db.write((tx) => confirmContact(tx, seal, me, request.body.code)))) throw wrong();
      return factorState(db.read, me.userId);
    },
  );

  const disable = {
    tag,
    operationId: 'disableSecondFactor',
    summary: 'Switch your second factor off',
    description: 'Authenticator, codes to the contact and backup codes. Not while the company or a role asks for one.',
  };
  app.delete('/me/second-factor', ownActionRoute(disable, proofBody, factorStateView), async (request) => {
    const { userId, actor } = await proven(request, request.body);
    await db.write((tx) => disableOwn(tx, seal, userId, actor));
    return factorState(db.read, userId);
  });

  const reset = {
    tag,
    operationId: 'resetSecondFactor',
    summary: 'Take the second factor of a user away',
    description: 'For somebody who lost the phone: every login of the user ends, and the user is told by mail.',
  };
  const resetting = actionRoute('users:write', reset, noBody, factorStateView);
  app.post('/users/:id/reset-second-factor', resetting, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustManage(tx, request.principal, id);
      await resetSecondFactor(tx, seal, id, request.principal.actor);
      return { status: 200, body: { ...(await factorState(tx, id)) } };
    }),
  );
}
