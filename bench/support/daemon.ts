import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** Between two looks at the state: asking costs the daemon time that is being measured. */
export const POLL_MS = 50;

const root = join(import.meta.dirname, '../..');

/** The built daemon as its own process, spoken to over its admin socket. */
export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #socket: string;
  /** Of the API on 127.0.0.1. */
  readonly port: number;
  /** Where phones fetch. */
  readonly phonesPort: number;

  private constructor(child: ChildProcess, dataFolder: string, port: number, phonesPort: number) {
    this.#child = child;
    this.port = port;
    this.phonesPort = phonesPort;
    this.#socket = join(dataFolder, 'admin.sock');
  }

  /** Starts it and waits for its first answer. */
  static async start(dataFolder: string): Promise<DaemonProcess> {
    const [port, phonesPort] = [await freePort(), await freePort()];
    const env = {
      ...process.env,
      // As `npm start` and the image have it.
      MALLOC_ARENA_MAX: '2',
      LINEKEEPER_DATA: dataFolder,
      LINEKEEPER_HTTP_PORT: String(port),
      LINEKEEPER_LIVE_MAX_CONNECTIONS_PER_LOGIN: '5000',
      LINEKEEPER_EMBEDDED_PBX_MODE: 'no',
      LINEKEEPER_PHONES_HTTP_PORT: String(phonesPort),
      LINEKEEPER_LOG_LEVEL: 'warn',
      LINEKEEPER_LOG_PRETTY: 'no',
    };
    const main = join(root, 'dist/src/main.js');
    const child = spawn(process.execPath, [main, 'serve'], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
    const daemon = new DaemonProcess(child, dataFolder, port, phonesPort);
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
      const answer = await daemon.api('GET', '/readyz').catch(() => undefined);
      if (answer?.status === 200) return daemon;
      await delay(5);
    }
  }

  api(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; json: never }> {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const payload = body === undefined ? undefined : isRaw ? body : JSON.stringify(body);
    const type = body === undefined || isRaw ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const options = { socketPath: this.#socket, agent: this.#agent, method, path, headers: { ...type, ...headers } };
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            json: (text.startsWith('{') ? JSON.parse(text) : text) as never,
          });
        });
      });
      sent.once('error', reject);
      sent.end(payload);
    });
  }

  /** The same, but anything other than 2xx is an error. */
  async must<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
    const { status, json } = await this.api(method, path, body, headers);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json as T;
  }

  /** Waits until nothing is pending on any PBX and the last audit is not older than `since` (milliseconds since 1970). */
  async inSync(since = 0): Promise<void> {
    for (;;) {
      const { items } = await this.must<{ items: Status[] }>('GET', '/api/v1/sync');
      const isDone = items.every(
        (one) =>
          one.state === 'in-sync' &&
          one.pending === 0 &&
          one.failed === 0 &&
          Date.parse(one.lastAuditAt ?? '') >= since,
      );
      if (isDone && items.length > 0) return;
      const failed = items.find((one) => one.failed > 0);
      if (failed !== undefined) throw new Error(`${failed.failed} extensions failed on ${failed.name}`);
      await delay(POLL_MS);
    }
  }

  /** Largest resident set so far, MB (Linux: VmHWM). */
  peakRssMb(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
  }

  /** Resident set now, MB. */
  rssMb(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
  }

  /** Seconds of processor time so far (Linux: utime + stime at 100 Hz). */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

interface Status {
  name: string;
  state: string;
  pending: number;
  failed: number;
  lastAuditAt: string | null;
}
