// The floors of the house (docs/architecture.md): imports go down only, and siblings on floors 2 and 3 never import each
// other. They meet through values that the composition root, the files directly in src, hands them.
const FLOORS = [
  ['domain'],
  ['plan', 'feed-client'],
  ['store', 'asterisk', 'mail'],
  ['reconciler', 'people', 'lines', 'live', 'bulk', 'phones'],
  ['http', 'cli'],
];
const COMMON = '^src/(errors|log|lookout)\\.ts$';

const folder = (names) => `^src/(${names.join('|')})/`;

const upward = FLOORS.map((names, floor) => ({
  name: `floor-${floor}-imports-down-only`,
  severity: 'error',
  from: { path: folder(names) },
  to: {
    path: '^src/',
    pathNot: [
      folder(FLOORS.slice(0, floor + 1).flat()),
      COMMON,
      // Where the settings and the root of the package are known; the command line needs both.
      ...(floor === 4 ? ['^src/(config|environment)\\.ts$'] : []),
    ],
  },
}));

const siblings = FLOORS.slice(2, 4)
  .flat()
  .map((name, _, all) => ({
    name: `${name}-imports-no-sibling`,
    severity: 'error',
    from: { path: folder([name]) },
    to: { path: folder(all.filter((one) => one !== name)), pathNot: lowerThan(name) },
  }));

/** Floor 3 may import floor 2. */
function lowerThan(name) {
  const floor = FLOORS.findIndex((names) => names.includes(name));
  return folder(FLOORS.slice(0, floor).flat());
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...upward,
    ...siblings,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'config-belongs-to-root-and-cli',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: '^src/cli/' },
      to: { path: '^src/(config|environment)\\.ts$' },
    },
    {
      name: 'asterisk-manager-in-one-file',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/asterisk/(ami/wire-manager\\.ts|types/)' },
      to: { path: 'asterisk-manager' },
    },
    {
      name: 'sip-stack-in-one-file',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/asterisk/verify-registration\\.ts$' },
      to: { path: 'node_modules/sip\\.js' },
    },
    {
      name: 'prisma-client-in-store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/store/' },
      to: { path: '^src/store/generated' },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-test-code', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench|scripts)/' } },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^src/store/generated'] },
    exclude: { path: '^src/console/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
