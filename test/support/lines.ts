import type { Test } from 'tap';
import type { BatchContext, ExtensionRow, RowResult } from '../../src/domain/extension-row.ts';
import { createExtensionBatch } from '../../src/lines/extension-batch.ts';
import { createExtensions } from '../../src/lines/extensions.ts';
import type { Tx } from '../../src/store/database.ts';
import { openStore } from './imports.ts';

type Row = Partial<Pick<ExtensionRow, 'input' | 'extras' | 'number'>>;

/** The use-cases of lines on a real database, with the companies `acme` (10-12 and 1000-1999) and `beta` (1000-1999). */
export async function setupLines(t: Test) {
  const db = await openStore(t.testdir());
  t.teardown(() => db.close());
  const batch = createExtensionBatch(db.seal);
  const extensions = createExtensions(batch, db.seal);
  const times = { createdAt: new Date(), updatedAt: new Date() };
  await db.write(async (tx) => {
    await tx.pbx.create({
      data: { id: 'pbx', name: 'main', host: 'localhost', amiPort: 1, loginsSealed: '', ...times },
    });
    const common = { pbxId: 'pbx', country: 'DE', timezone: 'Europe/Berlin', ...times };
    const small = JSON.stringify([
      ['10', '12'],
      ['1000', '1999'],
    ]);
    const large = JSON.stringify([['1000', '1999']]);
    await tx.company.create({
      data: { ...common, id: 'acme', name: 'Acme', slug: 'acme', endpointPrefix: '', ranges: small },
    });
    await tx.company.create({
      data: { ...common, id: 'beta', name: 'Beta', slug: 'beta', endpointPrefix: 'beta-', ranges: large },
    });
    for (const companyId of ['acme', 'beta']) {
      await tx.site.create({ data: { id: `${companyId}-hq`, companyId, name: 'HQ', ...times } });
      const user = { companyId, username: `${companyId}-ann`, firstName: 'Ann', lastName: 'Lee', ...times };
      await tx.user.create({ data: { ...user, id: `${companyId}-ann` } });
    }
  });
  const context: BatchContext = {
    companyId: 'acme',
    actor: 'test',
    strategy: 'update',
    allowWeakPins: false,
    source: 'api',
  };
  return {
    db,
    batch,
    extensions,
    apply: (rows: Row[], more: Partial<BatchContext> = {}): Promise<RowResult[]> =>
      db.write((tx) =>
        batch.apply(
          tx,
          { ...context, ...more },
          rows.map((row, line) => ({
            line: line + 1,
            number: row.number,
            input: row.input ?? {},
            extras: row.extras ?? {},
          })),
        ),
      ),
    write: <T>(work: (tx: Tx) => Promise<T>) => db.write(work),
    extension: (number: string, companyId = 'acme') =>
      db.read.extension.findFirst({
        where: { companyId, number },
        include: { accounts: true, mailbox: true, numbers: true },
      }),
    pin: async (number: string, companyId = 'acme') => {
      const mailbox = await db.read.mailbox.findFirst({ where: { extension: { companyId, number } } });
      return mailbox === null ? undefined : db.seal.open(mailbox.pinSealed, `Mailbox:${mailbox.id}`);
    },
    phone: (e164: string) =>
      db.read.phoneNumber.findUnique({ where: { e164 }, include: { events: { orderBy: { id: 'asc' } } } }),
    /** Adds a number in a state. */
    number: (e164: string, state: string, more: { companyId?: string; extensionId?: string } = {}) =>
      db.write((tx) =>
        tx.phoneNumber.create({ data: { id: e164, companyId: 'acme', e164, state, ...more, ...times } }),
      ),
    dirty: async () =>
      (await db.read.outbox.findMany()).map(({ ownerType, ownerId }) => `${ownerType} ${ownerId}`).sort(),
    clean: () => db.write((tx) => tx.outbox.deleteMany()),
    activity: async () => (await db.read.auditEvent.findMany({ orderBy: { id: 'asc' } })).map(({ action }) => action),
  };
}

/** `created`, or `failed PIN_WEAK mailbox.pin`. */
export function outcomes(results: readonly RowResult[]): string[] {
  return results.map((one) =>
    one.result === 'failed'
      ? ['failed', ...one.errors.map(({ code, path }) => `${code} ${path}`)].join(' ')
      : one.result,
  );
}
