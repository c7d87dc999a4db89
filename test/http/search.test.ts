import t from 'tap';
import { INDEXED, type Indexed } from '../../src/store/search-index.ts';
import { execute, queryJson } from '../../src/store/sql.ts';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';

async function world(t: import('tap').Test) {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const post = async (path: string, body: object): Promise<Json> => {
    const answer = await api.call('POST', path, { body: { companyId, ...body } });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  };
  const found = async (path: string, q: string, field = 'username') =>
    (await api.call('GET', `${path}?q=${encodeURIComponent(q)}`)).body.items.map((item: Json) => item[field]);
  return { api, companyId, post, found };
}

/** Words of the index against the words of the rows, made anew: all that is in one and not in the other. */
async function differences({ db }: TestApp): Promise<string[]> {
  return db.write(async (tx) => {
    const wrong: string[] = [];
    for (const kind of Object.keys(INDEXED) as Indexed[]) {
      const columns = Object.keys(INDEXED[kind]).map((column) => `"${column}"`);
      const tables = [`"Words${kind}"`, `"Fresh${kind}"`, `"FreshWords${kind}"`];
      await execute(tx, `CREATE VIRTUAL TABLE ${tables[0]} USING fts5vocab('${kind}Search', 'instance')`);
      await execute(
        tx,
        `CREATE VIRTUAL TABLE ${tables[1]} USING fts5(${columns}, content='', contentless_delete=1,
           tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'")`,
      );
      await execute(tx, `CREATE VIRTUAL TABLE ${tables[2]} USING fts5vocab('Fresh${kind}', 'instance')`);
      await execute(
        tx,
        `INSERT INTO ${tables[1]} (rowid, ${columns}) SELECT e."id", ${Object.values(INDEXED[kind]).join(', ')}
           FROM "${kind}" r LEFT JOIN "SearchEntry" e ON e."objectId" = r."id" AND e."kind" = '${kind}'`,
      );
      const words = (table: string) => `SELECT term, doc, col, "offset" FROM ${table}`;
      const [ours, fresh] = [words(tables[0]!), words(tables[2]!)];
      for (const [a, b] of [
        [ours, fresh],
        [fresh, ours],
      ]) {
        const rows = await queryJson<string[]>(tx, `SELECT json_group_array(term) AS json FROM (${a} EXCEPT ${b})`);
        wrong.push(...rows.map((term) => `${kind}: ${term}`));
      }
      for (const table of tables.reverse()) await execute(tx, `DROP TABLE ${table}`);
      const entries = `SELECT json_group_array("objectId") AS json FROM "SearchEntry" WHERE "kind" = '${kind}'
        AND "objectId" NOT IN (SELECT "id" FROM "${kind}")`;
      wrong.push(...(await queryJson<string[]>(tx, entries)).map((id) => `${kind}: ${id} is gone`));
    }
    const noted = 'SELECT json_group_array("kind") AS json FROM "SearchPending"';
    wrong.push(...(await queryJson<string[]>(tx, noted)));
    return wrong;
  });
}

t.test('lists are searched by words, whatever their case and accents', async (t) => {
  const { api, post, found } = await world(t);
  const { id: userId } = await post('/users', {
    username: 'jm',
    firstName: 'Jürgen',
    lastName: 'Müller-Strauß',
    email: 'jm@acme.example',
    title: 'Señor',
    externalIds: [{ name: 'crm', value: 'X-77' }],
  });
  await post('/users', { username: 'other', firstName: 'Ann', lastName: 'Berg' });
  const { id: extensionId } = await post('/extensions', { number: '1001', displayName: 'Büro', userId });
  await api.call('POST', `/extensions/${extensionId}/mailbox`, { body: { email: 'voice@acme.example' } });
  const number = await post('/numbers', { e164: '+4930123456', note: 'Empfang Café' });
  await api.call('POST', `/numbers/${number.id}/assign`, { body: { extensionId } });
  for (const q of ['muller', 'STRAUSS jur', 'jm@acme', 'senor', 'x-77', '1001', '100 mull']) {
    t.same(await found('/users', q), ['jm'], `a user by ${q}`);
  }
  t.same(await found('/users', 'uller'), [], 'not from the middle of a word');
  t.same(await found('/users', 'berg muller'), [], 'not by words of two people');
  for (const q of ['1001', 'buro', 'juergen', 'muller', 'jm']) {
    t.same(await found('/extensions', q, 'number'), q === 'juergen' ? [] : ['1001'], `an extension by ${q}`);
  }
  t.same(await found('/extensions', 'voice', 'number'), [], 'an extension does not tell the address of its mailbox');
  t.same(await found('/mailboxes', 'voice', 'extension'), ['1001']);
  t.same(await found('/mailboxes', 'muller', 'extension'), [], 'nor a mailbox its user');
  for (const q of ['+4930', '4930', '123456', '3456', 'empfang cafe', '1001', 'buro']) {
    t.same(await found('/numbers', q, 'e164'), ['+4930123456'], `a number by ${q}`);
  }
  t.same(await found('/colleagues', 'muller', 'id'), [userId]);
  t.same(
    await found('/colleagues', 'x-77', 'id'),
    [],
    'colleagues are not found by what they do not see of each other',
  );
  t.same(await found('/colleagues', 'jm', 'id'), [userId], 'but for the address');
});

t.test('short lists forgive as much', async (t) => {
  const { post, found } = await world(t);
  await post('/sites', { name: 'Köln Süd' });
  await post('/roles', { name: 'Büroleitung', permissions: ['users:read'] });
  await post('/groups', { name: 'Élysée', description: 'Ça va' });
  t.same(await found('/sites', 'sud koln', 'name'), ['Köln Süd']);
  t.same(await found('/roles', 'buro', 'name'), ['Büroleitung']);
  t.same(await found('/groups', 'elysee', 'name'), ['Élysée']);
  t.same(await found('/groups', 'ca', 'name'), ['Élysée']);
  t.same(await found('/companies', 'ACM', 'slug'), ['acme']);
});

t.test('the index follows every change, whoever makes it', async (t) => {
  const { api, companyId, post, found } = await world(t);
  const user = await post('/users', { username: 'anna', firstName: 'Anna', lastName: 'Berg' });
  const path = `/users/${user.id}`;
  const extension = await post('/extensions', { number: '1001', displayName: 'Desk', userId: user.id, mailbox: {} });
  const number = await post('/numbers', { e164: '+4930123456' });
  await api.call('POST', `/numbers/${number.id}/assign`, { body: { extensionId: extension.id } });
  await api.call('PATCH', path, {
    body: { lastName: 'Dahl', externalIds: [{ name: 'crm', value: 'C-1' }] },
  });
  t.same(await found('/users', 'berg'), []);
  t.same(await found('/users', 'dahl c-1 1001'), ['anna']);
  t.same(await found('/extensions', 'dahl', 'number'), ['1001'], 'a new name is that of the extension, too');
  await api.call('PATCH', `/extensions/${extension.id}`, { body: { displayName: 'Front' } });
  t.same(await found('/numbers', 'front', 'e164'), ['+4930123456'], 'and its name that of the number');
  t.same(await differences(api), []);

  await api.call('DELETE', path);
  t.same(await found('/users', 'dahl'), []);
  t.same(await found('/extensions', '1001', 'number'), []);
  t.same(await found('/deleted-users', 'dahl'), ['anna']);
  t.same(await differences(api), [], 'after a deletion');

  await api.call('POST', `/deleted-users/${user.id}/restore`);
  t.same(await found('/users', 'dahl c-1 1001'), ['anna']);
  t.same(await found('/deleted-users', 'dahl'), []);
  t.same(await found('/numbers', '1001', 'e164'), ['+4930123456']);
  t.same(await differences(api), [], 'after a restore');

  await api.db.write(async (tx) => {
    await execute(tx, `UPDATE "User" SET "firstName" = 'Änne' WHERE "id" = ?`, user.id);
    await execute(tx, `UPDATE "Extension" SET "userId" = NULL`);
    await execute(
      tx,
      `INSERT INTO "Site" ("id","companyId","name","createdAt","updatedAt") VALUES ('s', ?, 'Raw', 1, 1)`,
      companyId,
    );
    await execute(tx, `DELETE FROM "ExternalId"`);
  });
  t.same(await found('/users', 'anne'), ['anna']);
  t.same(await found('/users', '1001'), []);
  t.same(await found('/sites', 'raw', 'name'), ['Raw']);
  t.same(await differences(api), [], 'after bare SQL');

  const refused = await api.call('PATCH', path, { body: { firstName: 'Nobody', siteId: 'nowhere' } });
  t.equal(refused.status, 422);
  await api.call('PATCH', `${path}?dryRun=true`, { body: { firstName: 'Nobody' } });
  t.same(await found('/users', 'nobody'), [], 'what was not done is not found');
  t.same(await differences(api), []);
});

t.test('what was there before the index, and what others wrote, is found after a start', async (t) => {
  const { api, post } = await world(t);
  await post('/users', { username: 'anna', firstName: 'Anna', lastName: 'Berg' });
  const { default: BetterSqlite3 } = await import('better-sqlite3');
  const shell = new BetterSqlite3(`${api.folder}/test.db`);
  shell.exec(`UPDATE "User" SET "lastName" = 'Ånström'`);
  shell.exec('VACUUM');
  shell.close();
  const again = await api.restart();
  t.equal((await again.call('GET', '/users?q=anstrom')).body.total, 1);
  t.equal((await again.call('GET', '/users?q=berg')).body.total, 0);
  t.same(await differences(again), []);
});
