import { z } from 'zod';
import { MAIL_STATES, MAIL_TEMPLATES } from '../../domain/mail.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import { cancelMail, retryMail } from '../../store/mail-delivery.ts';
import { MAILS } from '../../store/queries/messages.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { actionRoute, getRoute, listRoute } from '../route-options.ts';
import { noBody } from '../schemas/common.ts';
import { listQuery } from '../schemas/list.ts';
import { mailView } from '../schemas/messages.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'mails';
const scope = 'users:write';
const id = z.string().max(64).optional();
const query = listQuery(
  MAILS,
  mailView,
  { companyId: id, userId: id, state: z.enum(MAIL_STATES).optional(), template: z.enum(MAIL_TEMPLATES).optional() },
  '-createdAt',
);

export function mailRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listMails', summary: 'Mails that wait, and what became of the others' };
  app.get('/mails', listRoute(list, query, mailView, scope), async (request) =>
    answerPage(deps.db.read, MAILS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getMail', summary: 'One mail' };
  app.get('/mails/:id', getRoute(get, mailView, { scope }), async (request, reply) =>
    answerOne(request, reply, await readVisible(deps.db.read, request.principal, MAILS, 'mail', request.params.id)),
  );

  const retry = {
    tag,
    operationId: 'retryMail',
    summary: 'Send a mail now that waits or failed',
    description: 'It gets all its attempts again. What was sent or canceled answers MAIL_STATE_INVALID.',
  };
  const cancel = {
    tag,
    operationId: 'cancelMail',
    summary: 'Take a mail that waits out of the queue',
    description: 'One that is just being handed over may arrive all the same; its state says so then.',
  };
  action('retry', 'retried', retry, retryMail);
  action('cancel', 'canceled', cancel, cancelMail);

  function action(name: string, verb: string, words: typeof retry, work: (tx: Tx, id: string) => Promise<void>): void {
    app.post(`/mails/:id/${name}`, actionRoute(scope, words, noBody, mailView), async (request, reply) =>
      write(request, reply, async (tx) => {
        const { id } = request.params;
        const before = await readVisible(tx, request.principal, MAILS, 'mail', id);
        await work(tx, id);
        const entry = { actor: request.principal.actor, action: `mail.${verb}`, objectType: 'mail', objectId: id };
        const details = { to: before.to, template: before.template };
        await recordAudit(tx, [{ ...entry, companyId: before.companyId as string | null, details }]);
        return { status: 200, body: await readVisible(tx, request.principal, MAILS, 'mail', id) };
      }),
    );
  }
}
