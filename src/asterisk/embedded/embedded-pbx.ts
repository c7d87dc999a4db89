import type { ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { LinekeeperError, messageOf } from '../../errors.ts';
import { type AmiCredentials, type AmiSecrets, amiCredentials } from '../install/logins.ts';
import { type AsteriskBinary, asteriskBelow, findInstalledAsterisk } from './asterisk-binary.ts';
import { fullyBooted } from './boot-watch.ts';
import { bootstrapRoot } from './bootstrap.ts';
import { endProcess, orphanBelow, spawnAsterisk } from './child.ts';
import { requireFreePorts } from './ports.ts';
import { type EmbeddedPorts, writePrivateConfig } from './private-config.ts';

export interface EmbeddedPbxOptions {
  /** The PBX keeps its configuration, AstDB and voicemail in `pbx` below this folder. */
  dataDir: string;
  /** Where a fetched Asterisk is kept; may be shared by several daemons. */
  cacheDir: string;
  ports: EmbeddedPorts;
  /** Where SIP, HTTP and RTP listen; the loopback by default. AMI never leaves the loopback. */
  bindAddress?: string;
  asteriskPath?: string;
  mirror?: string;
  ari?: { username: string; password: string };
  log: Logger;
}

export interface EmbeddedPbxInfo {
  host: string;
  amiPort: number;
  logins: AmiCredentials;
  sipPort: number;
  wsUrl: string;
  version: string;
  /** Root of its private folders (`etc`, `custom`, `spool`, `log`). */
  root: string;
}

export interface EmbeddedPbx {
  start(signal?: AbortSignal): Promise<EmbeddedPbxInfo>;
  stop(): Promise<void>;
  /** Of the Asterisk that runs now; undefined while there is none. */
  readonly pid: number | undefined;
}

const BOOT_DEADLINE_MS = 60_000;
const LONGEST_PAUSE_MS = 30_000;
/** An Asterisk that lived this long did start: the next death counts as the first again. */
const STABLE_MS = 60_000;

/** A real Asterisk of our own, for a machine without a PBX: found or fetched, configured, started and kept running. */
export function createEmbeddedPbx(options: EmbeddedPbxOptions): EmbeddedPbx {
  const { cacheDir, ports, log } = options;
  const host = '127.0.0.1';
  const bindAddress = options.bindAddress ?? host;
  const root = join(resolve(options.dataDir), 'pbx');
  let child: ChildProcess | undefined;
  let stopping = false;
  let deaths = 0;
  let restart: NodeJS.Timeout | undefined;
  let launching = Promise.resolve();

  async function findBinary(signal?: AbortSignal): Promise<AsteriskBinary> {
    const installed = await findInstalledAsterisk(options.asteriskPath);
    if (installed !== undefined) return installed;
    const { mirror } = options;
    const found = { cacheDir: resolve(cacheDir), log, ...(mirror && { mirror }), ...(signal && { signal }) };
    return asteriskBelow(await bootstrapRoot(found));
  }

  async function launch(binary: AsteriskBinary): Promise<void> {
    const started = Date.now();
    const launched = await spawnAsterisk(binary, root);
    child = launched;
    launched.once('exit', (code, signal) => {
      if (child === launched) child = undefined;
      if (stopping) return;
      if (Date.now() - started > STABLE_MS) deaths = 0;
      log.error({ code, signal }, 'the embedded PBX ended; starting it again');
      relaunchLater(binary);
    });
  }

  function relaunchLater(binary: AsteriskBinary): void {
    restart = setTimeout(
      () => {
        launching = launch(binary).catch((error: unknown) => {
          log.error({ err: error }, 'the embedded PBX could not be started again');
          if (!stopping) relaunchLater(binary);
        });
      },
      Math.min(1000 * 2 ** deaths++, LONGEST_PAUSE_MS),
    );
  }

  async function waitForBoot(secrets: AmiSecrets, signal?: AbortSignal): Promise<void> {
    const died = new AbortController();
    child?.once('exit', () => died.abort());
    const signals = [AbortSignal.timeout(BOOT_DEADLINE_MS), died.signal, ...(signal === undefined ? [] : [signal])];
    const { username, secret } = amiCredentials(secrets).events;
    await fullyBooted({ host, port: ports.ami, username, secret, signal: AbortSignal.any(signals) });
  }

  async function stop(): Promise<void> {
    stopping = true;
    clearTimeout(restart);
    await launching;
    if (child?.pid !== undefined) await endProcess(child.pid);
  }

  return {
    get pid() {
      return child?.pid;
    },

    async start(signal) {
      stopping = false;
      const binary = await findBinary(signal);
      const orphan = await orphanBelow(root);
      if (orphan !== undefined) {
        log.warn({ pid: orphan }, 'stopping the PBX that an earlier daemon left behind');
        await endProcess(orphan);
      }
      await requireFreePorts(bindAddress, ports);
      const secrets = await writePrivateConfig({ root, binary, ports, bindAddress, ari: options.ari });
      try {
        await launch(binary);
        await waitForBoot(secrets, signal);
      } catch (error) {
        await stop();
        const reason = `The embedded PBX did not start: ${messageOf(error)} See ${join(root, 'log')}.`;
        throw new LinekeeperError('EMBEDDED_PBX_FAILED', reason, { cause: error });
      }
      log.info({ pid: child?.pid, version: binary.version, ami: ports.ami, sip: ports.sip }, 'embedded PBX started');
      return {
        host,
        amiPort: ports.ami,
        logins: amiCredentials(secrets),
        sipPort: ports.sip,
        wsUrl: `ws://${bindAddress === '0.0.0.0' ? host : bindAddress}:${ports.http}/ws`,
        version: binary.version,
        root,
      };
    },

    stop,
  };
}
