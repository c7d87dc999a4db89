import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from './environment.ts';
import { LinekeeperError } from './errors.ts';

export { packageRoot, remoteApi } from './environment.ts';

const port = z.int().min(1).max(65535);

const schema = z.strictObject({
  data: z.strictObject({ folder: z.string().min(1) }),
  http: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(0).max(65535),
    trustedProxies: z.array(z.string()),
    publicUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  }),
  log: z.strictObject({
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error']),
    pretty: z.enum(['auto', 'yes', 'no']),
  }),
  embeddedPbx: z.strictObject({
    mode: z.enum(['auto', 'no']),
    bind: z.string().min(1),
    ports: z.strictObject({ ami: port, sip: port, http: port, rtpStart: port, rtpEnd: port }),
    asterisk: z.string(),
    cache: z.string(),
    mirror: z.string(),
    ariPassword: z.string(),
  }),
  sync: z.strictObject({
    auditIntervalSeconds: z.number().min(5),
    deleteCapShare: z.number().min(0).max(1),
    deleteCapFloor: z.int().min(0),
    reloadQuietMs: z.int().min(0),
    reloadMaxMs: z.int().min(0),
  }),
  imports: z.strictObject({
    maxBytes: z.int().min(1024),
    maxRows: z.int().min(1),
    keepDays: z.number().min(0),
    keepResultsDays: z.number().min(0),
  }),
  mail: z.strictObject({
    from: z.string(),
    smtp: z.strictObject({
      host: z.string(),
      port,
      security: z.enum(['none', 'starttls', 'tls']),
      username: z.string(),
      password: z.string(),
    }),
    maxAttempts: z.int().min(1).max(100),
    keepDays: z.number().min(0),
  }),
  people: z.strictObject({
    argon2: z.strictObject({
      memoryKib: z.int().min(19_456).max(1_048_576),
      passes: z.int().min(1).max(20),
      lanes: z.int().min(1).max(16),
      workers: z.int().min(1).max(4),
      queue: z.int().min(1).max(10_000),
    }),
    passwordMinLength: z.int().min(8).max(64),
    passwordMinLengthWithSecondFactor: z.int().min(8).max(64),
    sessionIdleMinutes: z.number().min(1),
    sessionHours: z.number().min(0.1),
    invitationDays: z.number().min(0.01).max(90),
    resetMinutes: z.number().min(1).max(1440),
    temporaryPasswordHours: z.number().min(0.1).max(720),
    restoreDays: z.number().min(0).max(3650),
    smsWebhookUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
    smsWebhookToken: z.string(),
  }),
  activity: z.strictObject({ keepDays: z.number().min(0) }),
  live: z.strictObject({
    maxConnections: z.int().min(1).max(100_000),
    maxConnectionsPerLogin: z.int().min(1).max(100_000),
    clientBufferBytes: z.int().min(65_536),
    pingSeconds: z.number().min(1).max(300),
    keepEvents: z.int().min(100).max(1_000_000),
    keepEventsSeconds: z.number().min(1).max(86_400),
    recordKeepDays: z.number().min(0),
    minuteKeepDays: z.number().min(0.1),
    hourKeepDays: z.number().min(1),
  }),
  phones: z.strictObject({
    http: z.strictObject({ host: z.string().min(1), port: z.int().min(0).max(65535) }),
    https: z.strictObject({
      host: z.string().min(1),
      port: z.int().min(0).max(65535),
      certFile: z.string(),
      keyFile: z.string(),
      vendorCaFolder: z.string(),
    }),
    publicUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
    trustedProxies: z.array(z.string()),
    folder: z.string(),
    windowHours: z.number().min(0.01).max(8760),
    quietSeconds: z.number().min(0).max(600),
    notifiesPerSecond: z.number().min(0.1).max(1000),
    fetchSeconds: z.number().min(1).max(86_400),
    registerSeconds: z.number().min(1).max(86_400),
    missesBeforeBan: z.int().min(5).max(100_000),
    keepFetchesDays: z.number().min(0),
    keepSightingsDays: z.number().min(0),
    pnpAddress: z.union([z.literal(''), z.ipv4()]),
  }),
});

export type Config = z.infer<typeof schema>;

/** Settings whose values are never printed. */
const SECRET = new Set(['embeddedPbx.ariPassword', 'mail.smtp.password', 'people.smsWebhookToken']);

/** Short names of the variables that everybody sets. */
const ALIASES: Record<string, string> = { LINEKEEPER_DATA: 'data.folder' };
/** Variables of ours that are not settings of the daemon. */
const OTHERS = new Set(['LINEKEEPER_CONFIG', 'LINEKEEPER_TOKEN', 'LINEKEEPER_URL', 'LINEKEEPER_CACHE']);

/**
 * Reads the settings: config/default.yaml < the file named by LINEKEEPER_CONFIG < LINEKEEPER_* variables.
 * @throws CONFIG_INVALID naming every unknown or wrong setting.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const merged = readYaml(join(packageRoot, 'config', 'default.yaml'));
  const file = env.LINEKEEPER_CONFIG;
  const problems: string[] = [];
  if (file !== undefined && file !== '') merge(merged, readYaml(file), '', problems);
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('LINEKEEPER_') || OTHERS.has(name) || value === undefined) continue;
    const path = ALIASES[name] ?? settingOf(name, merged);
    if (path === undefined) problems.push(`${name} is no setting`);
    else put(merged, path, value);
  }
  if (problems.length > 0) throw invalid(problems);
  const parsed = schema.safeParse(merged);
  if (!parsed.success) throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const config = parsed.data;
  config.data.folder = resolve(config.data.folder);
  config.embeddedPbx.cache ||= env.LINEKEEPER_CACHE || join(homedir(), '.cache', 'linekeeper');
  return config;
}

type Tree = Record<string, unknown>;

function readYaml(file: string): Tree {
  try {
    return (parse(readFileSync(file, 'utf8')) ?? {}) as Tree;
  } catch (cause) {
    throw new LinekeeperError('CONFIG_INVALID', `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(into: Tree, from: Tree, path: string, problems: string[]): void {
  for (const [key, value] of Object.entries(from)) {
    const present = Object.hasOwn(into, key) ? into[key] : undefined;
    if (present === undefined) problems.push(`${path}${key} is no setting`);
    else if (isTree(present) && isTree(value)) merge(present, value, `${path}${key}.`, problems);
    else into[key] = value;
  }
}

/** The setting whose path in capitals is the variable's name: `HTTP_PORT` -> `http.port`. */
function settingOf(name: string, tree: Tree): string | undefined {
  return leaves(tree).find((path) => variableOf(path) === name);
}

export function variableOf(path: string): string {
  return `LINEKEEPER_${path
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/\./g, '_')
    .toUpperCase()}`;
}

function leaves(tree: Tree, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) ? leaves(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

/** A variable is text; the default's type says what it means. */
function put(tree: Tree, path: string, value: string): void {
  const keys = path.split('.');
  const last = keys.pop() as string;
  let at = tree;
  for (const key of keys) at = at[key] as Tree;
  const present = at[last];
  if (typeof present === 'number') at[last] = value.trim() === '' ? Number.NaN : Number(value);
  else if (Array.isArray(present)) at[last] = value === '' ? [] : value.split(',').map((one) => one.trim());
  else at[last] = value;
}

function invalid(problems: readonly string[]): LinekeeperError {
  return new LinekeeperError('CONFIG_INVALID', `the configuration is wrong:\n  ${problems.join('\n  ')}`);
}

/** The settings in force as flat lines, secrets masked: printed at start. */
export function redacted(config: Config): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  const walk = (tree: Tree, prefix: string) => {
    for (const [key, value] of Object.entries(tree)) {
      const path = `${prefix}${key}`;
      if (isTree(value)) walk(value, `${path}.`);
      else flat[path] = SECRET.has(path) && value !== '' ? '****' : value;
    }
  };
  walk(config, '');
  return flat;
}
