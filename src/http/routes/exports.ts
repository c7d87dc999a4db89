import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { auditedExport, type ExportChoices, exportColumns, exportTable } from '../../bulk/export/export-table.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../bulk/export/export-text.ts';
import { IMPORT_TABLES, type ImportTableName } from '../../bulk/tables/shape.ts';
import { rule } from '../../domain/rule.ts';
import { text } from '../../domain/text.ts';
import { DEVICES } from '../../store/queries/devices.ts';
import { GROUPS } from '../../store/queries/groups.ts';
import { EXTENSIONS, MAILBOXES, NUMBERS } from '../../store/queries/lines.ts';
import type { ListSpec, PageRequest } from '../../store/queries/page.ts';
import { USERS } from '../../store/queries/people.ts';
import { targetCompany } from '../access.ts';
import { CALL_RECORD_COLUMNS, callRecordRows } from '../call-record-csv.ts';
import { LISTS } from '../lists.ts';
import { ownCompany } from '../read.ts';
import { flagSchema } from '../schemas/common.ts';
import type { App, HttpDeps } from '../types.ts';
import { query as callRecordQuery, filtersOf } from './call-records.ts';

const tags = ['exports'];
const PAGING = { limit: true, cursor: true, sort: true, fields: true } as const;
/** Lists also have facets. */
const ARRANGING = { ...PAGING, facets: true } as const;
const groupFilters = z.strictObject({
  companyId: z.string().max(64).optional(),
  kind: z.string().max(40).optional(),
  name: z.string().max(200).optional(),
  q: text(100).optional().meta({ description: 'Text to look for.' }),
});

/** The lists that tables are exported from, with their filters. */
const TABLES: Record<ImportTableName, { spec: ListSpec; filters: z.ZodObject; summary: string }> = {
  extensions: {
    spec: EXTENSIONS,
    filters: LISTS.extensions.query.omit(ARRANGING),
    summary: 'Extensions, without secrets and PINs',
  },
  users: {
    spec: USERS,
    filters: LISTS.users.query.omit(ARRANGING),
    summary: 'Users with their roles, groups and labels',
  },
  groups: { spec: GROUPS, filters: groupFilters, summary: 'Groups, teams and labels' },
  memberships: { spec: GROUPS, filters: groupFilters, summary: 'Who is in which group, team or label' },
  numbers: { spec: NUMBERS, filters: LISTS.numbers.query.omit(ARRANGING), summary: 'Phone numbers' },
  devices: {
    spec: DEVICES,
    filters: LISTS.devices.query.omit(ARRANGING),
    summary: 'Desk phones, without secrets',
  },
  mailboxes: { spec: MAILBOXES, filters: LISTS.mailboxes.query.omit(ARRANGING), summary: 'Mailboxes, without PINs' },
};

const fileOf = (columns: readonly { name: string }[]) => {
  const names = columns.map(({ name }) => name);
  const some = rule(
    z.string().max(2000),
    'VALUE_UNKNOWN',
    `must be names of ${names.join(', ')}, joined by commas`,
    (v) => v.split(',').every((name) => names.includes(name)),
  );
  return {
    format: z.enum(EXPORT_FORMATS).default('csv'),
    bom: flagSchema.optional().meta({ description: 'true: with a byte order mark, as Excel wants it. CSV only.' }),
    columns: some
      .transform((v) => v.split(','))
      .optional()
      .meta({ description: 'Left out: all.' }),
  };
};

const TYPES: Record<ExportFormat, string> = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson' };
const file = z.string();
const response = {
  200: {
    description: 'The file',
    content: { 'text/csv': { schema: file }, 'application/x-ndjson': { schema: file } },
  },
};

interface Asked {
  format: ExportFormat;
  bom?: boolean | undefined;
  columns?: string[] | undefined;
  companyId?: string | undefined;
  q?: string | undefined;
}

/** Tables as the very files that imports take. */
export function exportRoutes(app: App, { db }: HttpDeps): void {
  for (const table of IMPORT_TABLES) {
    const { spec, filters, summary } = TABLES[table];
    const one = table.charAt(0).toUpperCase() + table.slice(1);
    const querystring = filters.extend(fileOf(exportColumns(table)));
    const schema = { tags, operationId: `export${one}`, summary, querystring, response };
    const route = { config: { scope: 'read' as const }, schema, exposeHeadRoute: false };
    app.get(`/exports/${table}`, route, async (request, reply) => {
      const asked = request.query as unknown as Asked & PageRequest['filters'];
      const companyId = await targetCompany(db.read, request.principal, asked.companyId);
      const given = Object.entries(asked).filter(([name]) => name in spec.filters && name !== 'companyId');
      const chosen: ExportChoices = {
        ...{ actor: request.principal.actor, companyId, format: asked.format, bom: asked.bom === true },
        ...{ columns: asked.columns, filters: Object.fromEntries(given), q: asked.q },
      };
      return send(reply, table, asked.format, exportTable(db, table, chosen));
    });
  }

  const querystring = callRecordQuery.omit(PAGING).extend(fileOf(CALL_RECORD_COLUMNS));
  const words = { tags, operationId: 'exportCalls', summary: 'Call records, oldest first' };
  const route = {
    config: { scope: 'calls:read' as const },
    schema: { ...words, querystring, response },
    exposeHeadRoute: false,
  };
  app.get('/exports/call-records', route, async (request, reply) => {
    const { format, bom, columns: wanted, q } = request.query;
    const narrowed = { ...filtersOf(request.query), ...ownCompany(request.principal, request.query) };
    const columns = CALL_RECORD_COLUMNS.filter(({ name }) => wanted?.includes(name) ?? true);
    const rows = callRecordRows(
      db,
      { filters: narrowed, q },
      columns.map(({ name }) => name),
    );
    const companyId = request.principal.companyId ?? request.query.companyId ?? null;
    const choices = { actor: request.principal.actor, companyId, format, bom: bom === true, filters: narrowed, q };
    return send(reply, 'call-records', format, auditedExport(db, 'call-records', rows, columns, choices));
  });
}

function send(reply: FastifyReply, name: string, format: ExportFormat, content: AsyncGenerator<string, void>) {
  reply.header('content-type', TYPES[format]).header('cache-control', 'no-store');
  reply.header('content-disposition', `attachment; filename="${name}.${format}"`);
  return reply.send(Readable.from(content, { objectMode: false }));
}
