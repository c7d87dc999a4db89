import type { Core } from './core.ts';
import { isLinekeeperError } from './errors.ts';
import type { Finding } from './http/schemas/diagnostics.ts';

const INSTALL =
  'See docs/call-records.md: `linekeeper pbx install` writes the lines for cdr_manager.conf and cdr_custom.conf.';

/** Whether the calls of this PBX leave records, and whether any may be missing. */
export async function recordsFinding(core: Core, subject: string, pbxId: string): Promise<Finding> {
  const about = { subject: `${subject}, call records` };
  const { journal } = core.connection(pbxId).connection.port;
  try {
    const missing = await journal.missingModules();
    if (missing.length > 0) {
      const text = `Asterisk has not loaded ${missing.join(', ')}: calls leave no record, or are lost while nobody listens`;
      return { ...about, state: 'bad', text, advice: INSTALL };
    }
    if ((await journal.used()) === undefined) {
      return { ...about, state: 'ok', text: 'no call was put into the journal of this PBX yet', advice: null };
    }
  } catch (error) {
    if (!isLinekeeperError(error)) throw error;
    return { ...about, state: 'attention', text: `not looked at: ${error.message}`, advice: null };
  }
  const unproven = await core.db.read.callRecordGap.count({ where: { pbxId, NOT: { untilAt: null }, lost: null } });
  const lost = await core.db.read.callRecordGap.aggregate({ where: { pbxId }, _sum: { lost: true } });
  const more =
    unproven === 0 ? '' : `; of ${unproven} times without a connection it is not known (linekeeper records gaps)`;
  const count = lost._sum.lost ?? 0;
  if (count > 0) {
    const advice = 'Nobody read the journal for long, and it was full; linekeeper records gaps tells when.';
    return { ...about, state: 'attention', text: `${count} were lost${more}`, advice };
  }
  return { ...about, state: 'ok', text: `none is known to be lost${more}`, advice: null };
}
