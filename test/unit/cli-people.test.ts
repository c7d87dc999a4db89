import type { AddressInfo } from 'node:net';
import t from 'tap';
import { summaryRoutes } from '../../src/http/routes/summaries.ts';
import { createTestApp } from '../support/app.ts';
import { createCli } from '../support/cli.ts';

t.test('users, groups, teams and labels through the command line', async (t) => {
  const api = await createTestApp(t, { plugins: [summaryRoutes({ registered: async () => undefined })] });
  const company = await api.company('acme', { labelKinds: ['desk', 'skill'], userTypes: ['guest'] });
  await api.call('POST', '/sites', { body: { companyId: company.id, name: 'Here' } });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.app.server.address() as AddressInfo;
  const env = {
    LINEKEEPER_URL: `http://127.0.0.1:${port}`,
    LINEKEEPER_TOKEN: await api.token(['admin'], { companyId: company.id }),
  };
  const cli = createCli(t.testdir());
  const linekeeper = (args: string[], input = '') => cli(args, { env, input });
  const done = async (args: string[], words: RegExp | string, input?: string) => {
    const { code, out, err } = await linekeeper(args, input);
    t.equal(code, 0, err);
    t.match(out, words, args.slice(0, 3).join(' '));
    return out;
  };

  t.match(await linekeeper(['user', 'create', 'ann']), { code: 1, err: /--first-name/ });
  const person = ['--first-name', 'Ann', '--last-name', 'Lee', '--title', 'Boss', '--type', 'guest', '--site', 'Here'];
  const more = ['--contact', '+49 30 123456', '--external-id', 'crm=17', 'agent=4=2', '--pin-file', '-'];
  await done(['user', 'create', 'ann', ...person, ...more], /^user ann created\n$/, '836291\n');
  await done(['user', 'set', 'ANN', '--username', 'anna', '--email', 'a@example.com'], /^user anna changed\n$/);
  t.match(await linekeeper(['user', 'set', 'anna']), { code: 1, err: /^NOTHING_TO_CHANGE/ });
  t.match(await linekeeper(['user', 'show', 'nobody']), {
    code: 1,
    err: /^NOT_FOUND: there is no user nobody\n`linekeeper user list`/,
  });
  t.match(await linekeeper(['user', 'set', 'anna', '--site', 'There']), { code: 1, err: /there is no site There/ });

  await done(['group', 'create', 'All', '--description', 'everybody'], /^group All created\n$/);
  await done(['team', 'create', 'Sales'], /^team Sales created\n$/);
  await done(['label', 'create', 'Window', '--kind', 'desk'], /^label Window created\n$/);
  await done(['label', 'create', 'Window', '--kind', 'skill'], /^label Window created\n$/);
  await done(['group', 'add', 'All', 'anna'], /^1 user added to group All\n$/);
  await done(['team', 'add', 'Sales', 'anna'], /^1 user added/);
  t.match(await linekeeper(['label', 'add', 'Window', 'anna']), { code: 1, err: /there are 2 labels called Window/ });
  await done(['label', 'add', 'Window', 'anna', '--kind', 'desk'], /^1 user added/);
  await done(['group', 'list'], /All +group +1 +everybody/);
  await done(['label', 'list', '--kind', 'skill'], /Window +skill +0/);

  const shown = await done(['user', 'show', 'anna'], /user +anna {2}Ann Lee\n/);
  const lines = [
    /title +Boss/,
    /personal contact +\+4930123456/,
    /groups +All/,
    /teams +Sales/,
    /labels +desk: Window/,
    /external ids +agent=4=2, crm=17/,
    /telephone PIN +yes/,
    /last login +never/,
  ];
  for (const line of lines) t.match(shown, line);
  t.notMatch(shown, '836291');
  await done(['user', 'list', '--search', '17'], /anna +Ann Lee +a@example\.com +User +active/);

  await api.extension(company.id, '1000', { userId: (await api.call('GET', '/users?username=anna')).body.items[0].id });
  const names = ['--first-name', 'Bea', '--last-name', 'Ray'];
  const copy = await done(
    ['user', 'duplicate', 'anna', 'bea', ...names, '--extension'],
    /^user bea created like anna, extension 1001\n/,
  );
  t.match(copy, /SIP user +1001\n +SIP secret +[A-Za-z0-9]{24}\n/);
  await done(['user', 'duplicate', 'anna', 'cyd', ...names], /^user cyd created like anna\n$/);
  await done(['group', 'remove', 'All', 'anna', 'bea'], /^2 users taken out of group All\n$/);
  await done(['user', 'set', 'anna', '--external-id', '-', '--title', '-'], /changed/);
  t.notMatch(await done(['user', 'show', 'anna'], /./), /external ids|title/);
  await done(['group', 'delete', 'All'], /^group All deleted\n$/);
  t.same(JSON.parse(await done(['group', 'list', '--json'], /./)), []);
});
