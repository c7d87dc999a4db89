import send from '@fastify/send';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { challenges } from '../../phones/serving/authorization.ts';
import type { Verdict } from '../../phones/serving/types.ts';
import { byteRange, isUnchanged } from './byte-range.ts';

const NOT_FOUND = Buffer.from('Not found\n');
const NO_BODY = Buffer.alloc(0);

/** The one answer to everything that is refused. */
export function refuse(reply: FastifyReply): FastifyReply {
  return plain(reply, 404, NOT_FOUND);
}

function plain(reply: FastifyReply, status: number, body: Buffer): FastifyReply {
  return reply
    .code(status)
    .headers({ ...ALWAYS, 'content-type': 'text/plain; charset=utf-8' })
    .send(body);
}

const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export function challenge(reply: FastifyReply, verdict: Extract<Verdict, { kind: 'challenge' }>): FastifyReply {
  reply.header('www-authenticate', challenges(verdict.schemes, verdict.nonce, verdict.isStale));
  return plain(reply, 401, Buffer.from('Unauthorized\n'));
}

export function redirect(reply: FastifyReply, location: string): FastifyReply {
  return plain(reply.header('location', location), 302, NO_BODY);
}

export function created(reply: FastifyReply): FastifyReply {
  return plain(reply, 201, NO_BODY);
}

/** Whole, in part, or not at all because the phone has it. */
export function file(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, contentType, etag, given }: Extract<Verdict, { kind: 'file' }>,
): FastifyReply {
  const quoted = `"${etag}"`;
  const { range, 'if-none-match': ifNoneMatch, 'if-range': ifRange } = request.headers;
  reply.headers({ ...ALWAYS, 'content-type': contentType, etag: quoted, 'accept-ranges': 'bytes' });
  if (isUnchanged(ifNoneMatch, quoted)) {
    given(304, 0);
    return reply.code(304).send();
  }
  const wanted = ifRange === undefined || ifRange === quoted ? byteRange(range, bytes.length) : 'whole';
  if (wanted === 'unsatisfiable') {
    given(416, 0);
    return reply.code(416).header('content-range', `bytes */${bytes.length}`).send(NO_BODY);
  }
  if (wanted === 'whole') {
    given(200, bytes.length);
    return reply.code(200).send(bytes);
  }
  const part = bytes.subarray(wanted.start, wanted.end + 1);
  given(206, part.length);
  reply.header('content-range', `bytes ${wanted.start}-${wanted.end}/${bytes.length}`);
  return reply.code(206).send(part);
}

/** From the disk, in pieces; `@fastify/send` knows ranges and conditions. */
export async function firmware(
  request: FastifyRequest,
  reply: FastifyReply,
  { file: { root, path }, given }: Extract<Verdict, { kind: 'firmware' }>,
): Promise<FastifyReply> {
  const options = { root, cacheControl: false, dotfiles: 'deny', index: false } as const;
  const { statusCode, headers, stream } = await send(request.raw, `/${encodeURI(path)}`, options);
  if (![200, 206, 304, 416].includes(statusCode)) {
    stream.destroy();
    return refuse(reply);
  }
  given(statusCode, Number(headers['Content-Length'] ?? 0));
  return reply
    .code(statusCode)
    .headers({ ...headers, ...ALWAYS, 'content-type': 'application/octet-stream' })
    .send(stream);
}
