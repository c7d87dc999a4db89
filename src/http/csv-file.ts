import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

const csvText = { 'text/csv': { schema: z.string() } };

/** The answer of a route that gives a file. */
export const csvOnly = { description: 'CSV', content: csvText };

export function jsonOrCsv(json: z.ZodType) {
  return { description: 'JSON or CSV', content: { 'application/json': { schema: json }, ...csvText } };
}

export function sendCsv(reply: FastifyReply, name: string, content: string | Readable) {
  reply.header('content-type', 'text/csv; charset=utf-8').header('cache-control', 'no-store');
  reply.header('content-disposition', `attachment; filename="${name}"`);
  return reply.send(content);
}
