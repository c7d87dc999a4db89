import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, isLinekeeperError, LinekeeperError } from '../../errors.ts';
import { isUniqueViolation } from '../../store/database.ts';
import type { App } from '../types.ts';

/** Statuses of fastify's own errors that have a code of ours. */
const BY_STATUS: Record<number, ErrorCode> = {
  400: 'BODY_INVALID',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
};

/** One shape for every error, RFC 9457. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = toKnown(error);
  if (known === undefined) request.log.error({ err: error }, 'request failed');
  else if (known.status >= 500) request.log.warn({ err: known }, 'request failed');
  const status = known?.status ?? 500;
  const code = known?.code ?? 'INTERNAL';
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  const seconds = known?.details?.retryAfterSeconds;
  if (typeof seconds === 'number') reply.header('retry-after', String(seconds));
  else if (known?.retryable === true || code === 'IDEMPOTENCY_IN_PROGRESS') reply.header('retry-after', '1');
  const problem = {
    type: `urn:linekeeper:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    // What an unknown error says may be anything, a secret too.
    detail: known?.message ?? 'something went wrong here; the log tells more under this instance',
    code,
    instance: request.id,
    ...(known?.fields === undefined ? {} : { errors: known.fields }),
    ...(known?.details === undefined ? {} : { details: known.details }),
  };
  reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(problem);
}

function toKnown(error: unknown): LinekeeperError | undefined {
  if (isLinekeeperError(error)) return error;
  if (isUniqueViolation(error))
    return new LinekeeperError('CONFLICT', 'something with this name exists', { cause: error });
  const { statusCode, message } = error as Partial<FastifyError>;
  if (statusCode === undefined || statusCode >= 500 || statusCode < 400) return undefined;
  return new LinekeeperError(BY_STATUS[statusCode] ?? 'BODY_INVALID', message ?? 'bad request', { cause: error });
}

interface Known {
  pattern: RegExp;
  methods: Set<string>;
}

/** The error handler, and 404 and 405 in the same shape. */
export function addErrors(app: App): void {
  const routes = new Map<string, Known>();
  app.addHook('onRoute', ({ url, method }) => {
    const path = url
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[A-Za-z]+/g, '[^/]+')
      .replace(/\*/g, '.*');
    const known = routes.get(url) ?? { pattern: new RegExp(`^${path}$`), methods: new Set<string>() };
    for (const one of [method].flat()) known.methods.add(one);
    routes.set(url, known);
  });
  app.decorate('routeTable', () =>
    [...routes].flatMap(([url, { methods }]) => [...methods].map((method) => ({ method, url }))),
  );
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = [...routes.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((known) => [...known.methods]);
    if (methods.length === 0) throw new LinekeeperError('NOT_FOUND', 'there is nothing at this address');
    reply.header('allow', [...new Set(methods)].sort().join(', '));
    throw new LinekeeperError('METHOD_NOT_ALLOWED', `${request.method} is not possible here`);
  });
}
