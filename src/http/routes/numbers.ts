import { z } from 'zod';
import { changeNote, createNumbers, moveNumber, type NumberMove, removeNumber } from '../../lines/numbers.ts';
import { numberInputSchema, numberPatchSchema, numberRangeSchema, numbersOfRange } from '../../lines/numbers-input.ts';
import { NUMBER_EVENTS, NUMBERS } from '../../store/queries/lines.ts';
import { mustSee, targetCompany } from '../access.ts';
import { contextOf } from '../context.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { actionRoute, createRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import * as common from '../schemas/common.ts';
import { numberEventView, numberView } from '../schemas/lines.ts';
import { listQuery } from '../schemas/list.ts';
import type { AnyReply, AnyRequest, App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'numbers';
const { query } = LISTS.numbers;
const historyQuery = listQuery(NUMBER_EVENTS, numberEventView, {}, '-at');
const rangeView = z.strictObject({ count: z.int(), first: z.string(), last: z.string() });

export function numberRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listNumbers', summary: 'Phone numbers' };
  app.get('/numbers', listRoute(list, query, numberView), async (request) =>
    answerPage(deps.db.read, NUMBERS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getNumber', summary: 'One phone number' };
  app.get('/numbers/:id', getRoute(get, numberView), async (request, reply) => {
    const view = await readVisible(deps.db.read, request.principal, NUMBERS, 'number', request.params.id);
    return answerOne(request, reply, view);
  });

  const past = { tag, operationId: 'listNumberEvents', summary: 'What became of a number, newest first' };
  const history = listRoute(past, historyQuery, numberEventView);
  app.get(
    '/numbers/:id/history',
    { ...history, schema: { ...history.schema, params: common.idParams } },
    async (request) => {
      const { id } = request.params;
      await readVisible(deps.db.read, request.principal, NUMBERS, 'number', id);
      return answerPage(deps.db.read, NUMBER_EVENTS, request.query, { numberId: id });
    },
  );

  const create = { tag, operationId: 'createNumber', summary: 'Add a phone number' };
  const creation = createRoute('numbers:write', create, numberInputSchema.extend(common.companyIdField), numberView);
  app.post('/numbers', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, e164, note } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const [id = ''] = await createNumbers(tx, contextOf(request), company, [e164], note ?? null);
      const body = await readVisible(tx, request.principal, NUMBERS, 'number', id);
      return { status: 201, location: `/api/v1/numbers/${id}`, body };
    }),
  );

  const block = { tag, operationId: 'createNumberRange', summary: 'Add a block of phone numbers: all or none' };
  const range = createRoute('numbers:write', block, numberRangeSchema, rangeView);
  app.post('/numbers/ranges', range, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, note, ...ends } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const numbers = numbersOfRange(ends);
      await createNumbers(tx, contextOf(request), company, numbers, note ?? null);
      return { status: 201, body: { count: numbers.length, first: ends.from, last: ends.to } };
    }),
  );

  const patch = { tag, operationId: 'updateNumber', summary: 'Change the note of a phone number' };
  app.patch('/numbers/:id', patchRoute('numbers:write', patch, numberPatchSchema, numberView), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'number', id);
      if (request.body.note !== undefined) await changeNote(tx, contextOf(request), id, request.body.note);
      return { status: 200, body: await readVisible(tx, request.principal, NUMBERS, 'number', id) };
    }),
  );

  const remove = { tag, operationId: 'deleteNumber', summary: 'Forget a phone number that rings nowhere' };
  app.delete('/numbers/:id', deleteRoute('numbers:write', remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'number', request.params.id);
      await removeNumber(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );

  const move = (request: AnyRequest, reply: AnyReply, id: string, to: NumberMove) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'number', id);
      await moveNumber(tx, contextOf(request), id, to);
      return { status: 200, body: await readVisible(tx, request.principal, NUMBERS, 'number', id) };
    });
  const action = (operationId: string, summary: string) =>
    actionRoute('numbers:write', { tag, operationId, summary }, common.noBody, numberView);

  app.post('/numbers/:id/reserve', action('reserveNumber', 'Keep a spare number for later'), async (request, reply) =>
    move(request, reply, request.params.id, { to: 'reserved' }),
  );
  const release = action('releaseNumber', 'Take a number from its extension, into quarantine');
  app.post('/numbers/:id/release', release, async (request, reply) =>
    move(request, reply, request.params.id, { to: 'quarantined' }),
  );
  app.post('/numbers/:id/spare', action('spareNumber', 'Make a number free at once'), async (request, reply) =>
    move(request, reply, request.params.id, { to: 'spare' }),
  );
  const ring = { tag, operationId: 'assignNumber', summary: 'Let a number ring at an extension' };
  const assignSchema = z.strictObject({ extensionId: z.string().max(64) });
  const assign = actionRoute('numbers:write', ring, assignSchema, numberView);
  app.post('/numbers/:id/assign', assign, async (request, reply) =>
    move(request, reply, request.params.id, { to: 'assigned', extensionId: request.body.extensionId }),
  );
}
