import { hash } from 'argon2';
import type { Test } from 'tap';
import { v7 as uuid } from 'uuid';
import { callRoutes } from '../../src/http/routes/calls.ts';
import { registrationRoutes } from '../../src/http/routes/registrations.ts';
import { summaryRoutes } from '../../src/http/routes/summaries.ts';
import { createTestApp, type Json, type TestAppOptions } from './app.ts';
import { jobPlugin } from './jobs.ts';
import { liveCall } from './live-call.ts';

export const PASSWORD = 'seven quiet otters swim';

/** One company with an app to log in to. */
export async function people(t: Test, options: Pick<TestAppOptions, 'hashing'> = {}) {
  const api = await createTestApp(t, {
    ...options,
    plugins: [
      callRoutes({ calls: () => [liveCall('1700000000.1')] }),
      registrationRoutes({ registrations: () => [], mailboxes: () => [] }),
      summaryRoutes({ registered: async () => undefined }),
      jobPlugin(t),
    ],
  });
  const acme = await api.company('acme');
  // Of other settings than those of today.
  const passwordHash = await hash(PASSWORD, { memoryCost: 1024, timeCost: 3, parallelism: 1 });
  const roleId = async (companyId: string, builtIn: string) =>
    (await api.db.read.role.findFirstOrThrow({ where: { companyId, builtIn } })).id;
  return {
    api,
    acme,
    roleId,
    /** A user with a password; answers the id. */
    async make(username: string, { role = 'user', companyId = acme.id, ...more }: Json) {
      const id = uuid();
      const now = new Date();
      const row = { id, companyId, username, firstName: 'Anna', lastName: 'Berg', passwordHash };
      const given = role === null ? [] : [{ userId: id, roleId: await roleId(companyId, role) }];
      await api.db.write(async (tx) => {
        await tx.user.create({ data: { ...row, createdAt: now, updatedAt: now, ...more } });
        await tx.userRole.createMany({ data: given });
      });
      return id;
    },
    login: (username: string, password = PASSWORD, agent = 'tests') =>
      api.call('POST', '/login', {
        body: { username, password },
        headers: { 'user-agent': agent, authorization: '' },
      }),
    async setRoles(userId: string, builtIn: string[], token?: string) {
      const roleIds = await Promise.all(builtIn.map((one) => roleId(acme.id, one)));
      return api.call('POST', `/users/${userId}/roles`, { body: { roleIds }, token });
    },
  };
}
