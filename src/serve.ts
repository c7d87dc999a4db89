import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, loadConfig } from './config.ts';
import { createDaemon, type Started, socketOf } from './daemon.ts';
import { isLinekeeperError, LinekeeperError, messageOf } from './errors.ts';
import { createLog } from './log.ts';

/** Milliseconds for a stop in order; a supervisor would kill us soon after. */
const STOP_DEADLINE_MS = 10_000;
/** Milliseconds within which a signal is the same one: Ctrl-C below npm comes twice, from the terminal and from npm. */
const SAME_SIGNAL_MS = 500;
/** A stop takes at least so long: the second of two signals would end a process that is on its way out as if it were killed. */
const LEAST_STOP_MS = 250;
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Bytes of a socket's path that every system takes; what is longer is cut off without a word. */
const LONGEST_SOCKET_PATH = 103;

/** Runs the daemon until a signal or a fatal error ends it. Answers the exit code. */
export async function serve(): Promise<number> {
  const config = loadConfig();
  if (Buffer.byteLength(socketOf(config.data.folder)) > LONGEST_SOCKET_PATH) {
    const problem = `data.folder: ${config.data.folder} is too long a path for the socket in it`;
    throw new LinekeeperError('CONFIG_INVALID', `${problem}; ${LONGEST_SOCKET_PATH} bytes is the most`);
  }
  const log = createLog(config.log);
  const daemon = createDaemon(config, log);

  let end!: (code: number) => void;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  let stoppingSince: number | undefined;
  let mayHasten = false;
  const stop = (exitCode: number, codeInHaste: number) => {
    if (stoppingSince !== undefined) {
      if (mayHasten) process.exit(codeInHaste);
      return;
    }
    stoppingSince = performance.now();
    // By way of the poll phase: a signal that came while a slow disk held us up is heard there, after the timers.
    setTimeout(() => setImmediate(() => setImmediate(() => (mayHasten = true))), SAME_SIGNAL_MS).unref();
    setTimeout(() => process.exit(codeInHaste), STOP_DEADLINE_MS).unref();
    void daemon.stop().then(() => end(exitCode));
  };
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (stoppingSince === undefined) log.info({ signal }, 'stopping');
      stop(0, 128 + number);
    });
  }
  const onFatal = (err: unknown) => {
    log.fatal({ err }, 'a bug: the daemon stops');
    stop(1, 1);
  };
  process.on('uncaughtException', onFatal);
  process.on('unhandledRejection', onFatal);

  const started = daemon.start().then(
    (info) => welcome(info, config),
    (error: unknown) => {
      if (stoppingSince !== undefined) return;
      process.stderr.write(`${reasonOf(error, config)}\n`);
      stop(1, 1);
    },
  );
  const code = await ended;
  await started;
  await delay(Math.max(0, (stoppingSince ?? 0) + LEAST_STOP_MS - performance.now()));
  return code;
}

/** One line for whoever started it, with what to do about it. */
function reasonOf(error: unknown, config: Config): string {
  if (isLinekeeperError(error)) {
    const advice = error.code === 'DATABASE_LOCKED_BY_OTHER' ? ' Stop it, or give this one a folder of its own.' : '';
    return `${error.code}: ${error.message}${advice === '' ? '' : `.${advice}`}`;
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const { http, https } = config.phones;
  const taken = (error as { port?: number } | undefined)?.port ?? 0;
  if (code === 'EADDRINUSE' && taken !== 0 && [http.port, https.port].includes(taken)) {
    const name = taken === http.port ? 'HTTP' : 'HTTPS';
    const advice = `Set LINEKEEPER_PHONES_${name}_PORT to another port, or to 0 for none.`;
    return `EADDRINUSE: port ${taken}, where desk phones fetch, is used by another program. ${advice}`;
  }
  const { host, port } = config.http;
  if (code === 'EADDRINUSE') {
    return `EADDRINUSE: port ${port} of ${host} is used by another program. Set LINEKEEPER_HTTP_PORT to another port.`;
  }
  if (code === 'EADDRNOTAVAIL') return `EADDRNOTAVAIL: this machine has no address ${host} (http.host).`;
  return `${code ?? 'INTERNAL'}: ${messageOf(error)}`;
}

/**
 * A few words for people: on a terminal, and wherever the first token is made, which must be shown once. Beside the log,
 * never through it: logs are kept and shipped.
 */
function welcome({ url, phoneUrls, firstToken, embedded }: Started, config: Config): void {
  if (!process.stdout.isTTY && firstToken === undefined) return;
  const out = process.stdout.isTTY ? process.stdout : process.stderr;
  const phonesUrl = phoneUrls.httpsUrl ?? phoneUrls.httpUrl;
  const lines = [
    '',
    `  Linekeeper is running.  API ${url}/api/v1   docs ${url}/docs`,
    ...(phonesUrl === undefined ? [] : [`  Phones  fetch from ${phonesUrl}`]),
    `  Data    ${config.data.folder}`,
  ];
  if (firstToken !== undefined) {
    lines.push(
      `  Token   ${firstToken}`,
      '          for the API, with all rights; shown this once. On this machine the',
    );
    lines.push('          command line needs none.');
  }
  lines.push(
    '',
    '  Next, in another terminal:',
    '    npm run -s linekeeper -- company create acme --country DE --range 1000-1999',
    '    npm run -s linekeeper -- extension create 1001 --name "Anna Berg" --mailbox',
    '    npm run -s linekeeper -- import people.csv --wait',
    '    npm run -s linekeeper -- doctor',
    '',
  );
  out.write(`${lines.join('\n')}\n`);
  if (embedded === undefined) return;
  out.write('  The embedded PBX is starting; the first time ever it is fetched, which takes about a minute.\n\n');
  void embedded.then((text) => {
    const hint = text.startsWith('Asterisk') ? phonesHint(config) : '';
    out.write(`  Embedded PBX: ${text.replace(/\.$/, '')}.${hint}\n\n`);
  });
}

function phonesHint({ embeddedPbx: { bind, ports } }: Config): string {
  if (bind === '127.0.0.1') {
    return ' Phones of this machine register there; for others set LINEKEEPER_EMBEDDED_PBX_BIND=0.0.0.0.';
  }
  const host = bind === '0.0.0.0' ? firstAddress() : bind;
  return ` Phones register at ${host}:${ports.sip}.`;
}

function firstAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
