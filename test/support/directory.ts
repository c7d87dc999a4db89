import { endpointId } from '../../src/domain/sip-account.ts';
import type { Directory, EndpointOwner } from '../../src/live/directory.ts';
import type { Database } from '../../src/store/database.ts';

/** Who stands behind a SIP account, read anew each time. */
export function directoryOf(db: Database): Pick<Directory, 'endpoints'> {
  return {
    async endpoints(pbxId, names) {
      const where = { company: { pbxId } };
      const rows = await db.read.extension.findMany({ where, include: { company: true, accounts: true } });
      const all = rows.flatMap(({ id, number, displayName, siteId, userId, companyId, company, accounts }) =>
        accounts.map(({ ordinal }): [string, EndpointOwner] => {
          const endpoint = endpointId(company.endpointPrefix, number, ordinal);
          return [endpoint, { endpoint, companyId, extensionId: id, number, displayName, siteId, userId, teamIds: [] }];
        }),
      );
      return new Map(all.filter(([endpoint]) => names.includes(endpoint)));
    },
  };
}
