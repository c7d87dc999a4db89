import { readdirSync, readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { join } from 'node:path';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { UPLOAD_LIMITS } from '../../domain/phones/device.ts';
import type { Logger } from '../../log.ts';
import { plainAddress } from '../../phones/serving/address.ts';
import type { Serving } from '../../phones/serving/serving.ts';
import { challenge, created, file, firmware, redirect, refuse } from './answer.ts';
import { readBody } from './body.ts';
import { certificateSubject } from './client-certificate.ts';
import type { PhoneHttpLimits } from './limits.ts';

export interface TlsFiles {
  certFile: string;
  keyFile: string;
  /** PEM files; '' asks phones for no certificate. */
  vendorCaFolder: string;
}

export interface ListenerOptions {
  serving: Serving;
  log: Logger;
  /** Whose X-Forwarded-For is believed, as CIDR. */
  trustedProxies: readonly string[];
  limits: PhoneHttpLimits;
  /** undefined: plain HTTP. */
  tls: TlsFiles | undefined;
}

/**
 * An HTTP server that has one way through it: what phones ask for is judged by `serving`, never by a router, and all that
 * comes to nothing is answered alike. Nothing of the API is here.
 */
export function createListener({ serving, log, trustedProxies, limits, tls }: ListenerOptions): FastifyInstance {
  // Phones of ten years ago send no Host header.
  const http = {
    requireHostHeader: false,
    headersTimeout: limits.headersTimeout,
    connectionsCheckingInterval: limits.connectionsCheckingInterval,
    maxHeaderSize: limits.maxHeaderSize,
  };
  const app = Fastify({
    // Addresses hold tokens: only `serving` writes about requests.
    logger: false,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    forceCloseConnections: true,
    rewriteUrl: () => '/',
    clientErrorHandler: (_, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    },
    ...(tls === undefined
      ? { http }
      : { https: { ...http, ...tlsOptions(tls), handshakeTimeout: limits.handshakeTimeout } }),
  }) as unknown as FastifyInstance;
  app.server.maxConnections = limits.maxConnections;
  app.removeAllContentTypeParsers();
  // Nothing is read of a body before it is clear who sends it.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setNotFoundHandler((request, reply) => refuseBody(request, reply));
  app.setErrorHandler((err, request, reply) => {
    log.error({ err, ip: plainAddress(request.ip) }, 'a request of a phone failed');
    return refuseBody(request, reply);
  });
  app.route({ method: ['GET', 'HEAD', 'PUT'], url: '/', handler: (request, reply) => answer(serving, request, reply) });
  return app;
}

async function answer(serving: Serving, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { headers, method, raw } = request;
  const verdict = await serving.judge({
    method,
    target: request.originalUrl,
    address: plainAddress(request.ip),
    isTls: request.protocol === 'https',
    userAgent: headers['user-agent'] ?? '',
    authorization: headers.authorization,
    certificate: certificateSubject(raw.socket),
  });
  switch (verdict.kind) {
    case 'refused':
      return refuseBody(request, reply);
    case 'redirect':
      return redirect(reply, verdict.location);
    case 'challenge':
      return challenge(skipBody(request, reply), verdict);
    case 'file':
      return file(request, reply, verdict);
    case 'firmware':
      return firmware(request, reply, verdict);
    case 'upload': {
      const content = await readBody(raw, verdict.maxBytes);
      if (content === undefined) {
        verdict.refuse('it puts too much');
        return refuseBody(request, reply);
      }
      await verdict.keep(content);
      return created(reply);
    }
  }
}

function refuseBody(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return refuse(skipBody(request, reply));
}

/** A body that nobody wants is passed over when it is small, so that the phone hears the answer; else the connection ends. */
function skipBody({ method, headers, raw }: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (method === 'GET' || method === 'HEAD') return reply;
  const isSmall = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= UPLOAD_LIMITS.bytes;
  if (!isSmall || raw.readableDidRead) reply.header('connection', 'close');
  raw.resume();
  return reply;
}

/** Read anew for each start: the files are few. */
export function tlsOptions({ certFile, keyFile, vendorCaFolder }: TlsFiles): ServerOptions {
  const authorities = vendorCaFolder === '' ? [] : authoritiesIn(vendorCaFolder);
  return {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    minVersion: 'TLSv1.2',
    // Phones without a certificate are asked for their password; `authorized` says which was signed by whom we trust.
    ...(authorities.length === 0 ? {} : { ca: authorities, requestCert: true, rejectUnauthorized: false }),
  };
}

function authoritiesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(pem|crt|cer)$/i.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}
