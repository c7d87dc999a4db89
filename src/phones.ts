import { claimBook } from './claim-book.ts';
import type { Config } from './config.ts';
import type { Core } from './core.ts';
import { deskPhones, phoneCatalogues, phonesFolder, phonesUrl } from './desk-phones.ts';
import { createProvisioningServer, type ProvisioningServer } from './http/provisioning/server.ts';
import { phoneFollowRoutes } from './http/routes/phones/follow-routes.ts';
import { phoneRoutes } from './http/routes/phones/phone-routes.ts';
import type { ApiPlugin } from './http/types.ts';
import type { Logger } from './log.ts';
import { createPhoneFollowing, phoneFollowParts } from './phone-following.ts';
import { createShortCodes } from './phones/address/short-codes.ts';
import { createClaims } from './phones/claim/claims.ts';
import type { DeviceDeps } from './phones/devices/deps.ts';
import { addLine } from './phones/devices/lines.ts';
import { createPnpResponder } from './phones/pnp/responder.ts';
import { createRedirectServices } from './phones/redirect/services.ts';
import { createRedirectWorker } from './phones/redirect/worker.ts';
import { createJournal } from './phones/serving/journal.ts';

export interface DeskPhones {
  /** What use-cases of devices stand on. */
  deps: DeviceDeps;
  plugins: ApiPlugin[];
  /** @throws when a port is taken or a certificate cannot be read */
  start(): Promise<Awaited<ReturnType<ProvisioningServer['start']>>>;
  /** In reverse; may be called more than once. */
  stop(): Promise<void>;
}

/** Desk phones, put together: their files, who gives them out, who tells phones, and the ways in. Constructing reads nothing. */
export function createDeskPhones(core: Core, config: Config, parent: Logger): DeskPhones {
  const { db, changes } = core;
  const log = parent.child({ part: 'phones' });
  const own = phonesFolder(config);
  const catalogues = phoneCatalogues(config);
  const parts = phoneFollowParts({ db, log }, config, own, catalogues);
  const following = createPhoneFollowing(core, parts, config, log);
  const { signals, revisions } = following;
  const deps = deskPhones(core, config, catalogues, parts.firmware.fileOf);
  const services = createRedirectServices();
  const publicUrl = phonesUrl(config);
  const redirects = createRedirectWorker({ db, services, publicUrl, log });
  const server = createProvisioningServer({
    db,
    catalogue: deps.catalogue,
    revisions,
    signals,
    log: parent,
    publicUrl,
    firmwareFolder: `${own}/firmware`,
    shortCodes: createShortCodes(db, publicUrl),
    config: config.phones,
  });
  const stops: (() => unknown)[] = [];

  core.onPbx((pbxId, connection) => {
    const claims = createClaims({
      book: claimBook(pbxId, connection),
      run: async (work) => (await changes.run(work)).value,
      giveLine: (tx, context, deviceId, extensionId) => addLine(tx, deps, context, deviceId, { extensionId }),
      log,
    });
    claims.start();
    return () => claims.stop();
  });

  /** Answers phones that ask the whole network for their server. */
  async function startPnp(address: string): Promise<void> {
    const journal = createJournal(db, log, () => {});
    const urlOf = async (vendor: string, base: string) => {
      const definition = (await deps.catalogue()).vendors.get(vendor);
      return definition?.dhcp.option66.replaceAll('{base}', base) ?? base;
    };
    const responder = createPnpResponder({ db, address, journal, publicUrl, urlOf, log });
    stops.push(() => journal.stop());
    try {
      await responder.start();
    } catch (err) {
      // Phones have other ways in; the daemon has other work.
      log.error({ err, address }, 'phones that ask by multicast are not answered');
      return;
    }
    stops.push(() => responder.stop());
  }

  return {
    deps,
    plugins: [phoneRoutes(deps, services), phoneFollowRoutes(parts)],
    async start() {
      following.start();
      stops.push(() => following.stop());
      const urls = await server.start();
      stops.push(() => server.stop());
      redirects.start();
      stops.push(() => redirects.stop());
      if (config.phones.pnpAddress !== '') await startPnp(config.phones.pnpAddress);
      return urls;
    },
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
}
