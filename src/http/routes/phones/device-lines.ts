import { z } from 'zod';
import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { lineInputSchema, lineLabelSchema } from '../../../phones/devices/device-input.ts';
import { addLine, changeLine, removeLine } from '../../../phones/devices/lines.ts';
import { DEVICES } from '../../../store/queries/devices.ts';
import { mustSee } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { readVisible } from '../../read.ts';
import { actionRoute, deleteRoute, patchRoute } from '../../route-options.ts';
import { flagSchema, writeQuery } from '../../schemas/common.ts';
import { deviceView } from '../../schemas/devices.ts';
import type { App } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';
const place = z.int().min(1).max(48);
const addition = lineInputSchema.extend({
  ordinal: place.optional().meta({ description: 'Absent: behind the others.' }),
});
const linePatch = z.strictObject({
  ordinal: place.optional().meta({ description: 'Where it goes; the others make room.' }),
  label: lineLabelSchema.nullable().optional(),
});
const params = z.strictObject({ id: z.string().max(64), ordinal: z.string().transform(toOrdinal) });
const removal = writeQuery.extend({
  keepAccount: flagSchema.optional().meta({ description: 'true: its SIP account stays.' }),
});

/** Whatever is no ordinal is one that no line has. */
function toOrdinal(text: string): number {
  return /^[1-9][0-9]?$/.test(text) ? Number(text) : 0;
}

/** The accounts that a phone registers with. Each write answers the whole phone. */
export function deviceLineRoutes(app: App, write: Write, phones: DeviceDeps): void {
  const add = {
    tag,
    operationId: 'addDeviceLine',
    summary: 'Add a line to a phone',
    description: 'It takes a SIP account of the extension that nobody used yet, or a new one; `account` names one.',
  };
  const adding = actionRoute('phones:write', add, addition, deviceView, { status: 201 });
  app.post('/devices/:id/lines', adding, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      await addLine(tx, phones, contextOf(request), id, request.body);
      const body = await readVisible(tx, request.principal, DEVICES, 'device', id);
      return { status: 201, location: `/api/v1/devices/${id}`, body };
    }),
  );

  const patch = { tag, operationId: 'updateDeviceLine', summary: 'Move a line of a phone, or label it' };
  const change = patchRoute('phones:write', patch, linePatch, deviceView, { params });
  app.patch('/devices/:id/lines/:ordinal', change, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id, ordinal } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      await changeLine(tx, contextOf(request), id, ordinal, request.body);
      return { status: 200, body: await readVisible(tx, request.principal, DEVICES, 'device', id) };
    }),
  );

  const remove = { tag, operationId: 'removeDeviceLine', summary: 'Take a line off a phone; the others move up' };
  const { schema, ...config } = deleteRoute('phones:write', remove, { params });
  const removing = { ...config, schema: { ...schema, querystring: removal } };
  app.delete('/devices/:id/lines/:ordinal', removing, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id, ordinal } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      await removeLine(tx, phones, contextOf(request), id, ordinal, request.query.keepAccount === true);
      return { status: 204 };
    }),
  );
}
