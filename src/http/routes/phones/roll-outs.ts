import { z } from 'zod';
import type { ROLL_OUT_STEPS, RollOutStep, RollOutTarget } from '../../../domain/phones/roll-out.ts';
import { LinekeeperError } from '../../../errors.ts';
import type { VendorDifference } from '../../../phones/releases/fleet-difference.ts';
import { createRollOut, stepRollOut } from '../../../phones/roll-outs/roll-out-steps.ts';
import type { Tx } from '../../../store/database.ts';
import { newestRelease } from '../../../store/phones/releases.ts';
import { ROLL_OUT_DEVICES, ROLL_OUTS } from '../../../store/queries/roll-outs.ts';
import { mustSee, notFound, sees, targetCompany } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../../read.ts';
import { actionRoute, createRoute, getRoute, listRoute } from '../../route-options.ts';
import { companyIdField, idParams, noBody } from '../../schemas/common.ts';
import { listQuery, pageOf } from '../../schemas/list.ts';
import * as schemas from '../../schemas/roll-outs.ts';
import type { App, HttpDeps } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';
const query = listQuery(ROLL_OUTS, schemas.rollOutView, schemas.rollOutFilters, '-createdAt');
const deviceQuery = listQuery(ROLL_OUT_DEVICES, schemas.rollOutDeviceView, schemas.rollOutDeviceFilters);

export interface RollOutParts {
  /** `companyId` undefined: all companies. */
  difference(companyId: string | undefined): Promise<VendorDifference[]>;
  knows(vendor: string, model: string): Promise<boolean>;
  firmwareFile(vendor: string, model: string, version: string): string | undefined;
}

/** Changes of templates and firmware, brought to phones batch by batch. */
export function rollOutRoutes(app: App, deps: HttpDeps, write: Write, parts: RollOutParts): void {
  const list = { tag, operationId: 'listRollOuts', summary: 'Roll-outs, newest first' };
  app.get('/roll-outs', listRoute(list, query, schemas.rollOutView), async (request) =>
    answerPage(deps.db.read, ROLL_OUTS, request.query, ownCompany(request.principal, request.query)),
  );

  const preview = {
    tags: [tag],
    operationId: 'previewRollOut',
    summary: 'What the newest templates would make of every phone that is held at older ones',
    querystring: z.strictObject(companyIdField),
    response: { 200: schemas.rollOutPreviewView },
  };
  app.get('/roll-outs/preview', { config: { scope: 'read' }, schema: preview }, async (request) => {
    const { companyId } = request.query;
    if (companyId !== undefined && !sees(request.principal, companyId)) throw notFound('company');
    return { vendors: await parts.difference(request.principal.companyId ?? companyId) };
  });

  const get = { tag, operationId: 'getRollOut', summary: 'One roll-out and how far it is' };
  app.get('/roll-outs/:id', getRoute(get, schemas.rollOutView), async (request, reply) =>
    answerOne(
      request,
      reply,
      await readVisible(deps.db.read, request.principal, ROLL_OUTS, 'roll-out', request.params.id),
    ),
  );

  const devices = {
    tags: [tag],
    operationId: 'listRollOutDevices',
    summary: 'The phones of a roll-out, in their order',
    params: idParams,
    querystring: deviceQuery,
    response: { 200: pageOf(schemas.rollOutDeviceView, deviceQuery) },
  };
  app.get('/roll-outs/:id/devices', { config: { scope: 'read' }, schema: devices }, async (request) => {
    const { id } = request.params;
    await readVisible(deps.db.read, request.principal, ROLL_OUTS, 'roll-out', id);
    return answerPage(deps.db.read, ROLL_OUT_DEVICES, request.query, { rollOutId: id });
  });

  const create = {
    tag,
    operationId: 'createRollOut',
    summary: 'Prepare a roll-out',
    description: 'Which phones it is about is written down now. Nothing is done before it is started.',
  };
  const creation = createRoute('phones:write', create, schemas.rollOutInput, schemas.rollOutView);
  app.post('/roll-outs', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, limits, ...input } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const target = await targetOf(tx, input);
      const id = await createRollOut(tx, contextOf(request), company, target, limits);
      const body = await readVisible(tx, request.principal, ROLL_OUTS, 'roll-out', id);
      return { status: 201, location: `/api/v1/roll-outs/${id}`, body };
    }),
  );

  for (const [step, summary] of Object.entries(SUMMARIES) as [RollOutStep, string][]) {
    const words = { tag, operationId: `${step}RollOut`, summary };
    const route = actionRoute('phones:write', words, noBody, schemas.rollOutView);
    app.post(`/roll-outs/:id/${step}`, route, async (request, reply) =>
      write(request, reply, async (tx) => {
        const { id } = request.params as { id: string };
        await mustSee(tx, request.principal, 'roll-out', id);
        await stepRollOut(tx, contextOf(request), id, step);
        return { status: 200, body: await readVisible(tx, request.principal, ROLL_OUTS, 'roll-out', id) };
      }),
    );
  }

  async function targetOf(
    tx: Tx,
    input: { kind: 'templates' } | { kind: 'firmware'; vendor: string; model: string; version: string | null },
  ): Promise<RollOutTarget> {
    if (input.kind === 'templates') return { releaseHash: (await newestRelease(tx)) ?? '' };
    const { vendor, model, version } = input;
    if (!(await parts.knows(vendor, model))) throw refused('model', `there is no model ${model} of ${vendor}`);
    if (version === null || parts.firmwareFile(vendor, model, version) === undefined) {
      throw refused('version', `there is no file of it in firmware/${vendor}/`);
    }
    return { vendor, model, version };
  }
}

const SUMMARIES: Record<RollOutStep, string> = {
  start: 'Begin with the first batch',
  pause: 'Ask no more phones; those that were asked go on',
  resume: 'Go on, in spite of the failures so far',
  cancel: 'Ask no more phones for good; what is done stays',
} satisfies Record<keyof typeof ROLL_OUT_STEPS, string>;

function refused(path: string, message: string): LinekeeperError {
  return new LinekeeperError('REFERENCE_INVALID', `${path}: ${message}`, {
    fields: [{ path, code: 'REFERENCE_INVALID', message }],
  });
}
