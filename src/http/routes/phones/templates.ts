import { z } from 'zod';
import type { FirmwareFiles } from '../../../phones/firmware/firmware-files.ts';
import type { Releases } from '../../../phones/releases/create-releases.ts';
import { markAllDevices } from '../../../store/phones/dirty.ts';
import { devicesBehind, firmwareTargets } from '../../../store/phones/firmware.ts';
import { releaseRows } from '../../../store/phones/releases.ts';
import { mustBeGlobal, notFound, sees } from '../../access.ts';
import { companyIdField, noBody, noQuery } from '../../schemas/common.ts';
import * as schemas from '../../schemas/roll-outs.ts';
import type { App, HttpDeps } from '../../types.ts';

const tags = ['phones'];
/** Phones that are behind, in one answer. */
const MOST_BEHIND = 1000;

/** What files of phones are made of, for all companies: releases of templates, and firmware. */
export function templateRoutes(
  app: App,
  { db }: HttpDeps,
  releases: Pick<Releases, 'reload'>,
  firmware: FirmwareFiles,
): void {
  const list = {
    tags,
    operationId: 'listTemplateReleases',
    summary: 'Definitions and templates that phones have, newest first',
    querystring: noQuery,
    response: { 200: z.strictObject({ items: z.array(schemas.templateReleaseView) }) },
  };
  app.get('/phones/templates', { config: { scope: 'read' }, schema: list }, async (request) => {
    mustBeGlobal(request.principal);
    const rows = await releaseRows(db.read);
    return {
      items: rows.map((row, index) => ({
        ...row,
        createdAt: new Date(row.createdAt).toISOString(),
        isNewest: index === 0,
      })),
    };
  });

  const reload = {
    tags,
    operationId: 'reloadTemplates',
    summary: 'Read definitions, templates and the firmware folder again',
    description:
      'Phones that have fetched their files stay with the templates they have until a roll-out reaches them. Nothing changes when a ' +
      'shipped file is wrong.',
    querystring: noQuery,
    body: noBody,
    response: { 200: schemas.reloadedView },
  };
  app.post('/phones/templates/reload', { config: { scope: 'phones:write' }, schema: reload }, async (request) => {
    mustBeGlobal(request.principal);
    const reloaded = await releases.reload();
    const firmwareChanged = firmware.reload();
    if (firmwareChanged) await db.write(markAllDevices);
    return { ...reloaded, firmwareChanged };
  });

  const all = {
    tags,
    operationId: 'listFirmware',
    summary: 'Firmware files, which models shall run what, and who is behind',
    querystring: z.strictObject(companyIdField),
    response: { 200: schemas.firmwareView },
  };
  app.get('/firmware', { config: { scope: 'read' }, schema: all }, async (request) => {
    const { companyId: wanted } = request.query;
    if (wanted !== undefined && !sees(request.principal, wanted)) throw notFound('company');
    const companyId = request.principal.companyId ?? wanted;
    const targets = await firmwareTargets(db.read, companyId);
    return {
      files: firmware.list(),
      targets: targets.map((one) => ({
        ...one,
        file: firmware.fileOf(one.vendor, one.model, one.version) ?? null,
      })),
      behind: await devicesBehind(db.read, companyId, MOST_BEHIND),
    };
  });
}
