import type { Catalogue } from '../../../phones/definitions/catalogue.ts';
import type { FirmwareFiles } from '../../../phones/firmware/firmware-files.ts';
import type { Releases } from '../../../phones/releases/create-releases.ts';
import { fleetDifference } from '../../../phones/releases/fleet-difference.ts';
import type { PhoneFacts } from '../../../phones/resolve/resolve.ts';
import type { ApiPlugin } from '../../types.ts';
import { deviceFollowRoutes } from './device-follow.ts';
import { rollOutRoutes } from './roll-outs.ts';
import { templateRoutes } from './templates.ts';

export interface FollowParts {
  releases: Releases;
  firmware: FirmwareFiles;
  catalogue(): Promise<Catalogue>;
  facts: PhoneFacts;
}

/** Telling phones of changes, rotating their secrets, and rolling out templates and firmware. */
export function phoneFollowRoutes({ releases, firmware, catalogue, facts }: FollowParts): ApiPlugin {
  return (app, deps, write) => {
    deviceFollowRoutes(app, deps, write);
    rollOutRoutes(app, deps, write, {
      difference: (companyId) => fleetDifference({ db: deps.db, releases, catalogue, facts }, companyId),
      knows: async (vendor, model) => (await catalogue()).modelOf(vendor, model)?.id === model,
      firmwareFile: firmware.fileOf,
    });
    templateRoutes(app, deps, releases, firmware);
  };
}
