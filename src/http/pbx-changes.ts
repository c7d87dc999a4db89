import { v7 as uuid } from 'uuid';
import { LinekeeperError } from '../errors.ts';
import { beforeAfter, differing, given } from '../people/patch.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Database, Tx } from '../store/database.ts';
import { openLogins, type PbxLogins, sealLogins } from '../store/pbxes.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { notFound } from './access.ts';
import type { PbxInput, PbxPatch } from './pbx-input.ts';

interface Context {
  actor: string;
  ifVersion: number | undefined;
}

/** Where Asterisk's AMI listens unless told otherwise; with TLS. */
const AMI_PORT = { plain: 5038, tls: 5039 };

export async function createPbx(db: Database, tx: Tx, context: Context, input: PbxInput): Promise<string> {
  await refuseName(tx, input.name);
  const { logins, ...settings } = input;
  const id = uuid();
  const now = new Date();
  await tx.pbx.create({
    data: {
      ...given(settings),
      id,
      name: input.name,
      host: input.host,
      amiPort: input.amiPort ?? (input.tls === true ? AMI_PORT.tls : AMI_PORT.plain),
      loginsSealed: sealLogins(db, id, logins),
      createdAt: now,
      updatedAt: now,
    },
  });
  await audit(tx, context, 'created', id, { name: input.name, host: input.host });
  return id;
}

export async function updatePbx(db: Database, tx: Tx, context: Context, id: string, patch: PbxPatch): Promise<void> {
  const row = await tx.pbx.findUnique({ where: { id } });
  if (row === null) throw notFound('PBX');
  expectVersion(row, context.ifVersion);
  const { logins, ...settings } = patch;
  const changed = differing(row, settings);
  if (Object.keys(changed).length === 0 && logins === undefined) return;
  if (changed.name !== undefined) await refuseName(tx, changed.name);
  const sealed =
    logins === undefined
      ? {}
      : {
          loginsSealed: sealLogins(db, id, { ...openLogins(db, id, row.loginsSealed), ...given(logins) } as PbxLogins),
        };
  await tx.pbx.update({
    where: { id },
    data: { ...changed, ...sealed, version: { increment: 1 }, updatedAt: new Date() },
  });
  const details = beforeAfter(row, changed);
  await audit(tx, context, 'updated', id, logins === undefined ? details : { ...details, logins: Object.keys(logins) });
}

/** Forgets a PBX. What stands on it stays: nobody reads or writes it any more. */
export async function removePbx(tx: Tx, context: Context, id: string): Promise<void> {
  const row = await tx.pbx.findUnique({ where: { id }, include: { _count: { select: { companies: true } } } });
  if (row === null) throw notFound('PBX');
  expectVersion(row, context.ifVersion);
  if (row._count.companies > 0) {
    throw new LinekeeperError('PBX_IN_USE', `${row.name} still has ${row._count.companies} companies`, {
      details: { companies: row._count.companies },
    });
  }
  await tx.pbx.delete({ where: { id } });
  const where = { pbxId: id };
  await tx.outbox.deleteMany({ where });
  await tx.appliedObject.deleteMany({ where });
  await tx.drift.deleteMany({ where });
  await audit(tx, context, 'deleted', id, { name: row.name, host: row.host });
}

async function refuseName(tx: Tx, name: string): Promise<void> {
  if ((await tx.pbx.count({ where: { name } })) === 0) return;
  throw new LinekeeperError('PBX_NAME_TAKEN', `there is a PBX called ${name}`, {
    fields: [{ path: 'name', code: 'PBX_NAME_TAKEN', message: 'is taken' }],
  });
}

function audit(tx: Tx, context: Context, verb: string, id: string, details: Record<string, unknown>) {
  const entry = { actor: context.actor, action: `pbx.${verb}`, objectType: 'pbx', objectId: id };
  return recordAudit(tx, [{ ...entry, details }]);
}
