import { z } from 'zod';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { EXTENSIONS } from '../../store/queries/lines.ts';
import { mustManage } from '../access.ts';
import { createAct } from '../act.ts';
import { createIdempotency } from '../idempotency.ts';
import { readVisible } from '../read.ts';
import { actRoute } from '../route-options.ts';
import * as schemas from '../schemas/call-actions.ts';
import { idParams } from '../schemas/common.ts';
import { holds, type Principal } from '../scopes.ts';
import type { AnyRequest, ApiPlugin } from '../types.ts';

export type TransferInput = z.output<typeof schemas.transferInput>;
export type KickInput = NonNullable<z.output<typeof schemas.kickInput>>;
export type KickView = z.output<typeof schemas.kickView>;

/** Who asks: his company's calls are all that he can name. */
interface Caller {
  actor: string;
  companyId: string | undefined;
}

/** What is done to the phones of one extension. */
export interface PhoneActions {
  throwOff(
    caller: Caller,
    extensionId: string,
    ordinal: number,
    options: { rotateSecret: boolean; endCalls: boolean },
  ): Promise<z.output<typeof schemas.throwOffView>>;
  testCall(caller: Caller, extensionId: string, ringSeconds: number): Promise<z.output<typeof schemas.testCallView>>;
  /** @throws PHONE_NOT_REGISTERED */
  message(caller: Caller, extensionId: string, text: string): Promise<z.output<typeof schemas.messageView>>;
}

/** What the routes do; made by the composition root. Everything throws LinekeeperError, PBX_UNREACHABLE and AMI_* among them. */
export interface CallActions extends PhoneActions {
  /** @throws NOT_FOUND */
  hangUp(caller: Caller, callId: string, pbxId?: string): Promise<z.output<typeof schemas.hangUpView>>;
  /** @throws NOT_FOUND, CALL_STATE_INVALID, REFERENCE_INVALID, PBX_ACTIONS_UNAVAILABLE, ACTION_NOT_CONFIRMED */
  transfer(caller: Caller, callId: string, input: TransferInput): Promise<z.output<typeof schemas.transferView>>;
  /** `check` refuses who may not, also when that changes meanwhile. */
  kick(caller: Caller, userId: string, input: KickInput, check: (tx: Tx) => Promise<void>): Promise<KickView>;
}

const scope = 'calls:write';
const callParams = z.strictObject({ id: z.string().min(1).max(200) });
const accountParams = idParams.extend({
  ordinal: z.string().transform((text) => (/^[1-9][0-9]?$/.test(text) ? Number(text) : 0)),
});

/** Acting on what is live. Each answer is what was read back from the PBX. */
export function callActionRoutes(actions: CallActions): ApiPlugin {
  return (app, deps) => {
    const { db } = deps;
    const act = createAct(db, createIdempotency(db));
    const callerOf = ({ principal: { actor, companyId } }: AnyRequest): Caller => ({ actor, companyId });
    const mustSeeExtension = (request: AnyRequest, id: string) =>
      readVisible(db.read, request.principal, EXTENSIONS, 'extension', id);

    const hangUp = { tag: 'calls', operationId: 'hangUpCall', summary: 'Hang up a call: all of its channels' };
    const hanging = actRoute(scope, hangUp, schemas.hangUpInput, schemas.hangUpView, { params: callParams });
    app.post('/calls/:id/hangup', hanging, async (request, reply) =>
      act(request, reply, () => actions.hangUp(callerOf(request), request.params.id, request.body?.pbxId)),
    );

    const transfer = {
      tag: 'calls',
      operationId: 'transferCall',
      summary: 'Transfer a call to an extension or a number',
      description:
        'As a person does with the transfer key: who gives the call away pays for it, and his class decides.',
    };
    const transferring = actRoute(scope, transfer, schemas.transferInput, schemas.transferView, { params: callParams });
    app.post('/calls/:id/transfer', transferring, async (request, reply) =>
      act(request, reply, () => actions.transfer(callerOf(request), request.params.id, request.body)),
    );

    const throwOff = {
      tag: 'extensions',
      operationId: 'throwOffSipAccount',
      summary: 'Throw the phones of a SIP account off',
      description:
        'A phone that still has the right secret registers again, at once or when it is due: see rotateSecret.',
    };
    const throwing = actRoute(scope, throwOff, schemas.throwOffInput, schemas.throwOffView, { params: accountParams });
    app.post('/extensions/:id/accounts/:ordinal/throw-off', throwing, async (request, reply) => {
      const { id, ordinal } = request.params;
      const { rotateSecret = false, endCalls = false } = request.body ?? {};
      if (rotateSecret) mustHoldLines(request.principal);
      await mustSeeExtension(request, id);
      return act(request, reply, () => actions.throwOff(callerOf(request), id, ordinal, { rotateSecret, endCalls }));
    });

    const test = {
      tag: 'extensions',
      operationId: 'ringTestCall',
      summary: 'Ring the phones of an extension, and tell what became of it',
      description:
        'Answers when a phone is picked up or none rings any more. Who picks up hears himself for ten seconds.',
    };
    const testing = actRoute(scope, test, schemas.testCallInput, schemas.testCallView);
    app.post('/extensions/:id/test-call', testing, async (request, reply) => {
      const { id } = request.params;
      await mustSeeExtension(request, id);
      return act(request, reply, () => actions.testCall(callerOf(request), id, request.body?.ringSeconds ?? 20));
    });

    const message = { tag: 'extensions', operationId: 'messagePhones', summary: 'Send a text message to the phones' };
    const messaging = actRoute(scope, message, schemas.messageInput, schemas.messageView);
    app.post('/extensions/:id/message', messaging, async (request, reply) => {
      const { id } = request.params;
      await mustSeeExtension(request, id);
      return act(request, reply, () => actions.message(callerOf(request), id, request.body.text));
    });

    const kick = {
      tag: 'users',
      operationId: 'kickUser',
      summary: 'End what a user has running: logins, registrations, calls',
      description:
        'He can come back: to keep him out, disable him. Live sockets of ended sessions close within a second.',
    };
    app.post(
      '/users/:id/kick',
      actRoute('users:write', kick, schemas.kickInput, schemas.kickView),
      async (request, reply) => {
        const { id } = request.params;
        const input = schemas.kickInput.parse(request.body ?? {}) as KickInput;
        if (input.rotateSecrets) mustHoldLines(request.principal);
        const check = (tx: Tx) => mustManage(tx, request.principal, id);
        await check(db.read);
        return act(request, reply, () => actions.kick(callerOf(request), id, input, check));
      },
    );
  };
}

/** A new secret is shown to whoever asks for it: with it, he could be that phone. */
function mustHoldLines(principal: Principal): void {
  if (holds(principal, 'lines:write')) return;
  throw new LinekeeperError('FORBIDDEN', 'a new secret needs the permission lines:write', {
    details: { scope: 'lines:write' },
  });
}
