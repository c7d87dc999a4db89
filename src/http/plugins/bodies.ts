import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { fieldErrors } from '../../domain/rule.ts';
import { LinekeeperError } from '../../errors.ts';
import type { App } from '../types.ts';

const MERGE_PATCH = 'application/merge-patch+json';

/**
 * Bodies are JSON and nothing else. Fastify's own parsers take text/plain too, and replace bytes that are no UTF-8;
 * its default validator coerces and drops what it does not know.
 */
export function addBodies(app: App): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    ['application/json', MERGE_PATCH],
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done: (error: Error | null, value?: unknown) => void) => {
      if (isMergePatch(request) && request.method !== 'PATCH') {
        return done(new LinekeeperError('UNSUPPORTED_MEDIA_TYPE', `${MERGE_PATCH} is for PATCH`));
      }
      // Clients that name a type with every request send it with an empty DELETE too.
      if (body.length === 0) return done(null, undefined);
      try {
        parseJson(request, utf8.decode(body), done);
      } catch (cause) {
        done(new LinekeeperError('BODY_INVALID', 'the body is not UTF-8', { cause }));
      }
    },
  );
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (data: unknown) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    const fields = fieldErrors(result.error);
    const where = httpPart === 'body' || httpPart === undefined ? '' : ` in the ${httpPart}`;
    const detail = `${fields.length === 1 ? 'one field is' : `${fields.length} fields are`} wrong${where}`;
    return { error: new LinekeeperError('VALIDATION_FAILED', detail, { fields }) };
  });
}

function isMergePatch(request: FastifyRequest): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith(MERGE_PATCH) === true;
}
