// Builds dist/src: the program in a few files, because a thousand modules take a second longer to load than ten. What is
// native, starts threads or reads files beside itself stays in node_modules. Types are written for the feed's client alone;
// `npm run check` judges all of them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.argv[2] ?? `${root}dist/src`;

const OUTSIDE = [
  '@fastify/swagger-ui',
  '@prisma/*',
  'argon2',
  'asterisk-manager',
  'better-sqlite3',
  'pino',
  'pino-pretty',
  'sharp',
  'sip.js',
];

await build({
  entryPoints: {
    main: `${root}src/main.ts`,
    'argon2-child': `${root}src/people/argon2-child.ts`,
    'feed-client/index': `${root}src/feed-client/index.ts`,
  },
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: OUTSIDE,
  // Packages that are CommonJS ask for others by `require`.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  // Names stay: they are part of what errors and logs say.
  minifyWhitespace: true,
  minifySyntax: true,
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});

const types = spawnSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`, '--outDir', out],
  { stdio: 'inherit' },
);
process.exitCode = types.status ?? 1;
