import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { createRedirectServices, type RedirectServices } from '../../../phones/redirect/services.ts';
import type { ApiPlugin } from '../../types.ts';
import { deviceFileRoutes } from './device-files.ts';
import { deviceLineRoutes } from './device-lines.ts';
import { deviceStateRoutes } from './device-state.ts';
import { deviceRoutes } from './devices.ts';
import { keyLayoutRoutes } from './key-layouts.ts';
import { phoneModelRoutes } from './phone-models.ts';
import { phoneSettingRoutes } from './phone-settings.ts';
import { sightingRoutes } from './phone-sightings.ts';
import { phoneWayRoutes } from './phone-ways.ts';
import { redirectRoutes } from './redirects.ts';
import { sitePhoneRoutes } from './site-phones.ts';

/** Desk phones as people see and change them; what phones themselves ask is another listener's. */
export function phoneRoutes(phones: DeviceDeps, services: RedirectServices = createRedirectServices()): ApiPlugin {
  return (app, deps, write) => {
    deviceRoutes(app, deps, write, phones);
    deviceStateRoutes(app, write, phones);
    deviceLineRoutes(app, write, phones);
    deviceFileRoutes(app, deps, phones);
    keyLayoutRoutes(app, deps, write, phones);
    phoneSettingRoutes(app, deps, write, phones);
    sightingRoutes(app, deps, write, phones);
    sitePhoneRoutes(app, deps, write, phones);
    phoneModelRoutes(app, phones);
    phoneWayRoutes(app, deps, write, phones);
    redirectRoutes(app, deps, write, phones, services);
  };
}
