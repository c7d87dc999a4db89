import type { AmiMessage } from '../../src/asterisk/ami/ami-message.ts';
import type { Core } from '../../src/core.ts';
import type { Directory, EndpointOwner } from '../../src/live/directory.ts';
import type { LiveLink } from '../../src/live/link.ts';
import type { Database } from '../../src/store/database.ts';

/** A PBX of a core that runs, as the live view hears it. */
export function liveLinkOf(core: Core, pbxId: string): LiveLink {
  const { connection } = core.connection(pbxId);
  return {
    pbxId,
    name: 'local',
    port: connection.port,
    get isUp() {
      return connection.hears;
    },
    onUp: (listener) => connection.onHears(listener),
    onDown: (listener) => connection.onDeaf(listener),
    onEvent: (listener: (event: AmiMessage) => void) => connection.onEvent(listener),
  };
}

/** The directory without its cache: each name is looked up when it is asked for. */
export function plainDirectory(db: Database): Directory {
  const select = { extension: { include: { company: true } }, ordinal: true } as const;
  const all = async (pbxId: string): Promise<Map<string, EndpointOwner>> => {
    const accounts = await db.read.sipAccount.findMany({ select });
    return new Map(
      accounts
        .filter(({ extension }) => extension.company.pbxId === pbxId)
        .map(({ extension, ordinal }): [string, EndpointOwner] => {
          const { company, companyId, number, displayName, siteId, userId } = extension;
          const endpoint = `${company.endpointPrefix}${number}${ordinal === 1 ? '' : `-${ordinal}`}`;
          return [
            endpoint,
            { endpoint, companyId, extensionId: extension.id, number, displayName, siteId, userId, teamIds: [] },
          ];
        }),
    );
  };
  return {
    async endpoints(pbxId, names) {
      const known = await all(pbxId);
      return new Map(names.flatMap((name) => (known.has(name) ? [[name, known.get(name)!]] : [])));
    },
    known: () => undefined,
    async companyOfContext(_pbxId, context) {
      const slug = context.replace(/^lk-/, '');
      return (await db.read.company.findUnique({ where: { slug } }))?.id;
    },
    async number(e164) {
      const found = await db.read.phoneNumber.findFirst({ where: { e164 } });
      return found === null ? undefined : { companyId: found.companyId ?? '', extensionId: found.extensionId };
    },
  };
}
