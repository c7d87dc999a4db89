import { LinekeeperError } from '../../errors.ts';
import type { RedirectService } from './service.ts';
import { createYealinkRps } from './yealink-rps.ts';

export type RedirectServices = ReadonlyMap<string, RedirectService>;

/** The services that Linekeeper can talk to, by their ids. */
export function createRedirectServices(services: readonly RedirectService[] = [createYealinkRps()]): RedirectServices {
  return new Map(services.map((one) => [one.id, one]));
}

/** @throws REFERENCE_INVALID */
export function serviceOf(services: RedirectServices, id: string): RedirectService {
  const service = services.get(id);
  if (service !== undefined) return service;
  const message = `must be one of ${[...services.keys()].join(', ')}`;
  throw new LinekeeperError('REFERENCE_INVALID', `service: ${message}`, {
    fields: [{ path: 'service', code: 'REFERENCE_INVALID', message }],
  });
}
