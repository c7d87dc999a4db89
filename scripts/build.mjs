// Builds dist/src: the program in a few files, because a thousand modules take a second longer to load than ten. What is
// native, starts threads, reads files beside itself or is loaded on demand stays in node_modules. Types are written for the
// feed's client alone; `npm run check` judges all of them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.argv[2] ?? `${root}dist/src`;

const OUTSIDE = [
  '@fastify/swagger-ui',
  '@prisma/*',
  '@zxcvbn-ts/language-common',
  'argon2',
  'asterisk-manager',
  'better-sqlite3',
  'liquidjs',
  'nodemailer',
  'otplib',
  'pino',
  'pino-pretty',
  'qrcode',
  'saxes',
  'sharp',
  'sip.js',
  'ws',
  'yaml',
];

/**
 * Prisma's query compiler comes as base64 in a module, which stays in memory twice, as source and as text: 4 MB. The built
 * program reads the bytes from a file beside it.
 */
const compilerFromFile = {
  name: 'compiler-from-file',
  setup({ onLoad }) {
    onLoad({ filter: /store\/generated\/internal\/class\.ts$/ }, async ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const found = /const \{ wasm \} = await import\("(.+)"\)\s+return await decodeBase64AsWasm\(wasm\)/.exec(source);
      if (found === null) throw new Error(`${path} loads its compiler in another way than before`);
      const { wasm } = await import(found[1]);
      mkdirSync(out, { recursive: true });
      writeFileSync(`${out}/query-compiler.wasm`, Buffer.from(wasm, 'base64'));
      const fromFile = `const { readFileSync } = await import('node:fs')
        return new WebAssembly.Module(readFileSync(new URL('./query-compiler.wasm', import.meta.url)))`;
      return { contents: source.replace(found[0], fromFile), loader: 'ts' };
    });
  },
};

const { metafile } = await build({
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
  plugins: [compilerFromFile],
  // Packages that are CommonJS ask for others by `require`.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  // Names of variables stay: they are part of what stack traces say. (`keepNames` would besides keep the few that clash in one
  // file, at the price of a call for each function that is made while running: a thirtieth of an import.)
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  metafile: true,
});

// Bundled, a package in CommonJS has no named exports for who imports it later.
for (const [file, { imports }] of Object.entries(metafile.inputs)) {
  for (const { path, kind } of file.includes('node_modules/') ? [] : imports) {
    if (kind !== 'dynamic-import' || !path.includes('node_modules/')) continue;
    throw new Error(`${file} loads ${path} on demand: its package belongs into OUTSIDE`);
  }
}

const types = spawnSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`, '--outDir', out],
  { stdio: 'inherit' },
);
process.exitCode = types.status ?? 1;
