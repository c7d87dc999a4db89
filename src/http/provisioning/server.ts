import type { FastifyInstance } from 'fastify';
import { createServing, type Serving, type ServingDeps } from '../../phones/serving/serving.ts';
import { PHONE_HTTP_LIMITS, type PhoneHttpLimits } from './limits.ts';
import { createListener, type TlsFiles } from './listener.ts';

export interface ProvisioningConfig {
  /** Port 0: off. */
  http: { host: string; port: number };
  https: { host: string; port: number } & TlsFiles;
  trustedProxies: readonly string[];
  missesBeforeBan: number;
}

export interface ProvisioningOptions extends Omit<ServingDeps, 'missesBeforeBan'> {
  config: ProvisioningConfig;
  limits?: Partial<PhoneHttpLimits>;
}

export interface ProvisioningServer {
  /** @throws when a port is taken or a certificate cannot be read; nothing listens then. */
  start(): Promise<{ httpUrl?: string; httpsUrl?: string }>;
  /** Ends connections, and writes what phones did. May be called more than once. */
  stop(): Promise<void>;
  readonly counts: Serving['counts'];
  /** Writes what phones did so far. */
  flush(): Promise<void>;
}

/** The listener that desk phones fetch their files from, over HTTP, HTTPS or both. Constructing does nothing. */
export function createProvisioningServer(options: ProvisioningOptions): ProvisioningServer {
  const { config, limits, ...deps } = options;
  const { http, https, trustedProxies, missesBeforeBan } = config;
  const serving = createServing({ ...deps, missesBeforeBan });
  const listeners: FastifyInstance[] = [];
  let stopping: Promise<void> | undefined;

  async function listen(at: { host: string; port: number }, tls: TlsFiles | undefined): Promise<string> {
    const all = { ...PHONE_HTTP_LIMITS, ...limits };
    const listener = createListener({ serving, log: deps.log, trustedProxies, limits: all, tls });
    listeners.push(listener);
    return listener.listen({ host: at.host, port: at.port });
  }

  const close = () => Promise.all(listeners.splice(0).map((listener) => listener.close()));

  return {
    counts: serving.counts,
    flush: () => serving.flush(),
    async start() {
      try {
        return {
          ...(http.port === 0 ? {} : { httpUrl: await listen(http, undefined) }),
          ...(https.port === 0 ? {} : { httpsUrl: await listen(https, https) }),
        };
      } catch (error) {
        await close();
        throw error;
      }
    },
    stop() {
      stopping ??= close().then(() => serving.stop());
      return stopping;
    },
  };
}
