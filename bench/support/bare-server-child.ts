import Fastify from 'fastify';

/** A bare server: the answers it is told, from memory. One message with all of them, one back with its port. */
const app = Fastify({ requestTimeout: 0 });
const answers = new Map<string, { status: number; body: Buffer }>();

app.get('/*', (request, reply) => {
  const answer = answers.get(`${request.url}${request.headers.authorization === undefined ? '' : ' login'}`);
  if (answer === undefined) return reply.code(500).send();
  return reply.code(answer.status).header('content-type', 'text/plain').send(answer.body);
});

process.on('message', async (list: [key: string, status: number, body: string][]) => {
  for (const [key, status, body] of list) answers.set(key, { status, body: Buffer.from(body, 'base64') });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('disconnect', () => process.exit());
