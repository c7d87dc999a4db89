import type { ListSpec } from './page.ts';
import { oneOfOrNone, SET } from './page.ts';
import { columns, iso, json, object, one } from './sql.ts';

const count = (state: string) =>
  `(SELECT count(*) FROM "RollOutDevice" x WHERE x."rollOutId" = r.id AND x."state" = '${state}')`;

/** Changes of templates or firmware that are brought to phones step by step. */
export const ROLL_OUTS: ListSpec = {
  item: object({
    ...columns('r', 'id', 'companyId', 'kind'),
    target: json('r."target"'),
    limits: json('r."limits"'),
    ...columns('r', 'state', 'reason', 'actor'),
    counts: object({
      waiting: count('waiting'),
      asked: count('asked'),
      done: count('done'),
      failed: count('failed'),
      skipped: count('skipped'),
    }),
    version: 'r."version"',
    createdAt: iso('r."createdAt"'),
    startedAt: iso('r."startedAt"'),
    finishedAt: iso('r."finishedAt"'),
  }),
  from: 'FROM "RollOut" r',
  id: 'r.id',
  sorts: { createdAt: 'r."createdAt"' },
  filters: { companyId: 'r."companyId" = ?', kind: `r."kind" IN ${SET}`, state: `r."state" IN ${SET}` },
  search: [],
};

export const ROLL_OUT_DEVICES: ListSpec = {
  item: object({
    ...columns('x', 'position', 'deviceId', 'state', 'reason'),
    at: iso('x."at"'),
    device: one(columns('d', 'mac', 'vendor', 'model', 'label'), 'FROM "Device" d WHERE d.id = x."deviceId"'),
  }),
  from: 'FROM "RollOutDevice" x',
  id: 'x."position"',
  sorts: { position: 'x."position"' },
  filters: { rollOutId: 'x."rollOutId" = ?', state: oneOfOrNone('x."state"') },
  search: [],
};
