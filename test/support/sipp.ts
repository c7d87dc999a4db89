import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './asterisk.ts';

interface Teardown {
  teardown(work: () => unknown): void;
}

export interface Account {
  user: string;
  secret: string;
}

export interface CallOptions extends Account {
  to: string;
  /** Display name in From. */
  name?: string;
  /** How long to talk, in ms, unless the other side hangs up first. */
  hold?: number;
  /** Typed (RFC 2833) a second after the call was answered, instead of talking. */
  digits?: string;
  /** As many calls at once, in silence. */
  calls?: number;
}

/** One running SIPp and what went over its wire. */
export interface SippRun {
  /** The status of the last final answer that was not a challenge. */
  status(): Promise<number>;
  /** All messages sent and received until now. */
  messages(): string;
  /** The exit code: 0 when the scenario ran as written. */
  done: Promise<number>;
  end(): Promise<void>;
}

const SCENARIOS = new URL('./sipp/', import.meta.url).pathname;
const DEADLINE_S = 60;

/** Phones for one Asterisk. SIPp plays each of them; every process ends with the test. */
export function createPhones(t: Teardown, sipPort: number) {
  const folder = mkdtempSync(join(tmpdir(), 'lk-sipp-'));
  const running = new Set<ChildProcess>();
  let count = 0;
  t.teardown(async () => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  // a second of noise: voicemail drops silence
  const audio = join(folder, 'noise.ul');
  writeFileSync(audio, Buffer.from(Array.from({ length: 8000 }, (_, index) => (index * 37) % 256)));

  // never a port twice: what Asterisk still sends to an ended phone must not reach the next one
  let lastPort = 32_768 + Math.floor(Math.random() * 20_000);
  function nextPort(): number {
    do lastPort++;
    while (listensOnUdp(lastPort));
    return lastPort;
  }

  function start(scenario: string, ip: string, args: Record<string, string>, flags: string[] = []): SippRun {
    const log = join(folder, `${scenario}-${++count}.log`);
    const keys = Object.entries(args).flatMap(([name, value]) => ['-key', name, value]);
    // SIPp takes no keywords where it wants a number: `{{name}}` is filled in here
    const text = readFileSync(join(SCENARIOS, `${scenario}.xml`), 'utf8');
    const file = join(folder, `${scenario}-${count}.xml`);
    writeFileSync(
      file,
      text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => args[name] ?? ''),
    );
    const child = spawn(
      'sipp',
      [
        ...['-sf', file, `127.0.0.1:${sipPort}`, '-i', ip, '-mi', ip, '-m', '1'],
        ...['-nostdin', '-trace_msg', '-message_file', log, '-timeout', `${DEADLINE_S}s`, '-timeout_error'],
        ...(flags.includes('-p') ? [] : ['-p', String(nextPort())]),
        ...['-cid_str', `${count}-%u-%p@%s`, ...keys, ...flags],
      ],
      { cwd: folder, stdio: 'ignore', env: { ...process.env, TERM: 'dumb' } },
    );
    running.add(child);
    const done = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => {
        running.delete(child);
        resolve(code ?? -1);
      });
    });
    const messages = () => (existsSync(log) ? readFileSync(log, 'latin1') : '');
    const final = () => {
      const answers = [...messages().matchAll(/message received.*?\n\nSIP\/2\.0 (\d{3})[\s\S]*?CSeq: \d+ (\w+)/g)];
      const codes = answers
        .filter(([, code, method]) => Number(code) >= 200 && method !== 'BYE')
        .map(([, code]) => Number(code));
      const refused = child.exitCode !== null && codes.at(-1) === 401;
      return codes.filter((code) => code !== 401).at(-1) ?? (refused ? 401 : undefined);
    };
    return {
      messages,
      done,
      status: () => until(final, `a final answer to ${scenario}\n`, 40_000),
      async end() {
        child.kill('SIGKILL');
        await done;
      },
    };
  }

  return {
    /** Registers a phone that listens on `port`; the final status. */
    async register(
      account: Account,
      port: number,
      options: { contact?: string; expires?: number } = {},
    ): Promise<number> {
      const contact = options.contact ?? `sip:${account.user}@127.0.0.1:${port}`;
      const args = { user: account.user, contact, expires: String(options.expires ?? 300) };
      const run = start('register', '127.0.0.1', args, ['-p', String(port), ...credentials(account)]);
      await run.done;
      return run.status();
    },

    /** Registers any number of phones from one port, each once: Asterisk asks one in a thousand for its secret again. */
    async registerAll(accounts: readonly Account[], port: number): Promise<void> {
      const file = join(folder, `accounts-${++count}.csv`);
      const lines = accounts.map(({ user, secret }) => `${user};[authentication username=${user} password=${secret}]`);
      writeFileSync(file, ['SEQUENTIAL', ...lines, ''].join('\n'));
      const flags = ['-p', String(port), '-m', String(accounts.length), '-r', '200', '-inf', file];
      await start('register-all', '127.0.0.1', {}, flags).done;
    },

    /** A phone on `port` that treats one call (or `calls`; each text message is one) this way; resolves when it listens. */
    async callee(
      port: number,
      behaviour: 'answer' | 'busy' | 'no-answer' | 'redirect' | 'transfer' | 'hold' | 'notified' | 'messaged',
      options: { ip?: string; ringing?: number; target?: string; calls?: number } = {},
    ): Promise<SippRun> {
      const ip = options.ip ?? '127.0.0.1';
      const args = { ringing: String(options.ringing ?? 0), target: options.target ?? '' };
      const run = start(behaviour, ip, args, ['-p', String(port), '-m', String(options.calls ?? 1)]);
      await until(() => listensOnUdp(port), `SIPp to listen on ${port}`);
      return run;
    },

    /** A call of a phone. */
    call(options: CallOptions): SippRun {
      const count = options.calls ?? 1;
      const spoken =
        options.digits === undefined
          ? exec(`rtp_stream="${audio},-1,0,PCMU/8000"`)
          : `<pause milliseconds="1000"/>${exec(`play_dtmf="${options.digits}"`)}`;
      const media = count === 1 ? spoken : '';
      return start('caller', '127.0.0.1', { ...callKeys(options, audio), media }, [
        ...['-s', options.to, '-m', String(count), '-l', String(count), '-r', '50'],
        ...credentials(options),
      ]);
    },

    /** A call that a trunk at `ip` delivers. */
    trunkCall(ip: string, options: { from: string; to: string; name?: string; hold?: number }): SippRun {
      return start('trunk-caller', ip, callKeys({ ...options, user: options.from }, audio), ['-s', options.to]);
    },

    /** A text message that a phone sends. */
    message(account: Account, to: string): SippRun {
      return start('message', '127.0.0.1', { user: account.user }, ['-s', to, ...credentials(account)]);
    },

    /** A phone that watches something (`dialog` of an extension, `message-summary` of a mailbox). */
    subscribe(account: Account, to: string, event = 'dialog', accept = 'application/dialog-info+xml'): SippRun {
      return start('subscribe', '127.0.0.1', { user: account.user, event, accept }, [
        '-s',
        to,
        ...credentials(account),
      ]);
    },
  };
}

function callKeys(options: { user: string; name?: string; hold?: number }, audio: string): Record<string, string> {
  return { user: options.user, name: options.name ?? options.user, hold: String(options.hold ?? 300), audio };
}

function exec(what: string): string {
  return `<nop><action><exec ${what}/></action></nop>`;
}

function credentials({ user, secret }: Account): string[] {
  return ['-au', user, '-ap', secret];
}

function listensOnUdp(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync('/proc/net/udp', 'utf8').includes(`:${hex} `);
}
