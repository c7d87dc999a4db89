import { Agent, request } from 'node:http';
import { ARI } from './world.ts';

/**
 * The baseline of Asterisk's own interface: one PUT per object, 16 connections (docs.asterisk.org, ARI Push Configuration).
 * Answers extensions per second.
 */
export async function pushExtensions(wsUrl: string, from: number, count: number): Promise<number> {
  const { hostname, port } = new URL(wsUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const authorization = `Basic ${Buffer.from(`${ARI.username}:${ARI.password}`).toString('base64')}`;
  const put = (type: string, id: string, fields: Record<string, string>) =>
    new Promise<void>((resolve, reject) => {
      const path = `/ari/asterisk/config/dynamic/res_pjsip/${type}/${id}`;
      const headers = { authorization, 'content-type': 'application/json' };
      const sent = request({ hostname, port, path, method: 'PUT', agent, headers }, (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`ARI ${type}: ${response.statusCode}`)),
        );
      });
      sent.once('error', reject);
      const list = Object.entries(fields).map(([attribute, value]) => ({ attribute, value }));
      sent.end(JSON.stringify({ fields: list }));
    });
  const startedAt = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const id = String(from + next++);
      await put('auth', id, { auth_type: 'userpass', username: id, password: `secret-of-${id}` });
      await put('aor', id, { max_contacts: '1', remove_existing: 'yes' });
      await put('endpoint', id, { context: 'lk-bench', auth: id, aors: id, allow: '!all,g722,alaw,ulaw' });
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  agent.destroy();
  return count / ((performance.now() - startedAt) / 1000);
}
