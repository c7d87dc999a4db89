import { pino } from 'pino';
import type { Test } from 'tap';
import { v7 as uuid } from 'uuid';
import { loadConfig } from '../../src/config.ts';
import { invitationRoutes } from '../../src/http/routes/invitations.ts';
import { secondFactorRoutes } from '../../src/http/routes/second-factor.ts';
import { createPasswordHasher } from '../../src/people/password-hash.ts';
import { createSmsWebhook } from '../../src/people/second-factor/sms.ts';
import { insertSession } from '../../src/store/sessions.ts';
import { type CallOptions, createTestApp, type Json, type TestApp } from './app.ts';

export const PUBLIC_URL = 'https://pbx.example.org';
export const PASSWORD = 'seven quiet otters swim';

export interface PeopleApp extends TestApp {
  /** Somebody of a company with a password, and a session of his. */
  person(companyId: string, username: string, more?: Json): Promise<Person>;
}

export interface Person {
  id: string;
  token: string;
  call(method: string, path: string, body?: unknown, more?: CallOptions): ReturnType<TestApp['call']>;
}

/** The app with the routes of people. `sms`: where text messages are POSTed. */
export async function createPeopleApp(t: Test, { sms = '' }: { sms?: string } = {}): Promise<PeopleApp> {
  const hasher = createPasswordHasher({ memoryKib: 19_456, passes: 1, lanes: 1, workers: 1, queue: 100 });
  const hash = await hasher.hash(PASSWORD);
  const sender = sms === '' ? undefined : createSmsWebhook({ url: sms, token: 'sms-token' }, pino({ level: 'silent' }));
  const plugins = [
    secondFactorRoutes({ hasher, sms: sender }),
    invitationRoutes({ hasher, settings: { ...loadConfig({}).people, publicUrl: PUBLIC_URL } }),
  ];
  const api = await createTestApp(t, { plugins });
  return {
    ...api,
    async person(companyId, username, { role = 'user', ...more } = {}) {
      const id = uuid();
      const token = await api.db.write(async (tx) => {
        const now = new Date();
        const names = { username, firstName: 'Anna', lastName: 'Berg', passwordHash: hash };
        await tx.user.create({ data: { id, companyId, ...names, createdAt: now, updatedAt: now, ...more } });
        const { id: roleId } = await tx.role.findFirstOrThrow({ where: { companyId, builtIn: role } });
        await tx.userRole.create({ data: { userId: id, roleId } });
        const expiresAt = new Date(now.getTime() + 3_600_000);
        const transport = 'bearer' as const;
        const session = { id: uuid(), userId: id, companyId, transport, address: '::1', userAgent: null, expiresAt };
        return insertSession(tx, session);
      });
      return {
        id,
        token,
        call: (method, path, body, options) =>
          api.call(method, path, { token, ...(body === undefined ? {} : { body }), ...options }),
      };
    },
  };
}
