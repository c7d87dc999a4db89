import { v7 as uuid } from 'uuid';
import { createEmbeddedPbx, type EmbeddedPbx, type EmbeddedPbxInfo } from './asterisk/embedded/embedded-pbx.ts';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import type { Database } from './store/database.ts';
import { openLogins, sealLogins } from './store/pbxes.ts';

/** The name of the row of the embedded PBX. */
export const EMBEDDED = 'embedded';

/** The embedded PBX is for a database that knows no other one. */
export async function wantsEmbedded(config: Config, db: Database): Promise<boolean> {
  if (config.embeddedPbx.mode === 'no') return false;
  return (await db.read.pbx.count({ where: { name: { not: EMBEDDED } } })) === 0;
}

export function embeddedOf(config: Config, log: Logger): EmbeddedPbx {
  const { ports, bind, asterisk, cache, mirror, ariPassword } = config.embeddedPbx;
  return createEmbeddedPbx({
    dataDir: config.data.folder,
    cacheDir: cache,
    ports,
    bindAddress: bind,
    log: log.child({ part: 'embedded-pbx' }),
    ...(asterisk === '' ? {} : { asteriskPath: asterisk }),
    ...(mirror === '' ? {} : { mirror }),
    ...(ariPassword === '' ? {} : { ari: { username: 'linekeeper', password: ariPassword } }),
  });
}

/** Keeps the row of the embedded PBX in step with what runs. Answers whether anything changed. */
export async function registerEmbedded(db: Database, info: EmbeddedPbxInfo): Promise<boolean> {
  const row = await db.read.pbx.findUnique({ where: { name: EMBEDDED } });
  const now = new Date();
  const place = { host: info.host, amiPort: info.amiPort, wsUrl: info.wsUrl, sipPort: info.sipPort };
  if (row === null) {
    const id = uuid();
    await db.write((tx) =>
      tx.pbx.create({
        data: {
          ...place,
          id,
          name: EMBEDDED,
          loginsSealed: sealLogins(db, id, info.logins),
          createdAt: now,
          updatedAt: now,
        },
      }),
    );
    return true;
  }
  const isSame =
    row.host === place.host &&
    row.amiPort === place.amiPort &&
    row.wsUrl === place.wsUrl &&
    row.sipPort === place.sipPort &&
    JSON.stringify(openLogins(db, row.id, row.loginsSealed)) === JSON.stringify(info.logins);
  if (isSame) return false;
  await db.write((tx) =>
    tx.pbx.update({
      where: { id: row.id },
      data: {
        ...place,
        loginsSealed: sealLogins(db, row.id, info.logins),
        version: { increment: 1 },
        updatedAt: now,
      },
    }),
  );
  return true;
}
