import { v7 as uuid } from 'uuid';
import { argon2Here } from '../../src/people/argon2.ts';
import { createPasswordHasher } from '../../src/people/password-hash.ts';
import { insertSession } from '../../src/store/sessions.ts';
import type { Answer, CallOptions, Json, TestApp } from './app.ts';
import { PASSWORD } from './logins.ts';

const settings = { memoryKib: 1024, passes: 1, lanes: 1, workers: 1, queue: 100 };
const hash = createPasswordHasher(settings, argon2Here).hash(PASSWORD);

export interface Person {
  id: string;
  username: string;
  /** Of a session. */
  token: string;
  call(method: string, path: string, body?: unknown, more?: CallOptions): Promise<Answer>;
}

/** Somebody of a company with a password, a built-in role and a session. `more` are columns of User. */
export async function createPerson(
  api: TestApp,
  companyId: string,
  username: string,
  { role = 'user', ...more }: Json = {},
): Promise<Person> {
  const id = uuid();
  const passwordHash = await hash;
  const token = await api.db.write(async (tx) => {
    const now = new Date();
    const names = { username, firstName: 'Anna', lastName: 'Berg', passwordHash };
    await tx.user.create({ data: { id, companyId, ...names, createdAt: now, updatedAt: now, ...more } });
    const { id: roleId } = await tx.role.findFirstOrThrow({ where: { companyId, builtIn: role } });
    await tx.userRole.create({ data: { userId: id, roleId } });
    return newSession(tx, id, companyId);
  });
  return {
    id,
    username,
    token,
    call: (method, path, body, options) =>
      api.call(method, path, { token, ...(body === undefined ? {} : { body }), ...options }),
  };
}

type Tx = Parameters<Parameters<TestApp['db']['write']>[0]>[0];

function newSession(tx: Tx, userId: string, companyId: string): Promise<string> {
  const expiresAt = new Date(Date.now() + 3_600_000);
  const session = {
    id: uuid(),
    userId,
    companyId,
    transport: 'bearer' as const,
    address: '::1',
    userAgent: null,
    expiresAt,
  };
  return insertSession(tx, session);
}
