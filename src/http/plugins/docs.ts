import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { asyncApiDocument } from '../asyncapi.ts';
import { problemSchema } from '../schemas/common.ts';
import type { App } from '../types.ts';

const TAGS = [
  ['companies', 'Tenants: number ranges, country, trunk'],
  ['sites', 'Places of a company'],
  ['users', 'People of a company'],
  ['invitations', 'How people get in'],
  ['second-factor', 'Codes beside the password'],
  ['groups', 'Groups, teams and labels of people'],
  ['extensions', 'Internal numbers, their SIP accounts and mailboxes'],
  ['calls', 'Calls that are up, and what can be done to them'],
  ['numbers', 'External phone numbers'],
  ['phones', 'Desk phones: devices, lines, keys, settings, and what was seen of them'],
  ['imports', 'Users, groups, extensions, numbers and mailboxes from files'],
  ['exports', 'The very files that imports take'],
  ['pbxes', 'The Asterisks that are kept in sync'],
  ['sync', 'State, plans and audits of each PBX'],
  ['jobs', 'Doing one thing to many at once, and watching all long work'],
  ['login', 'Getting in: passwords, second factors, resets'],
  ['me', 'Whoever is logged in'],
  ['lists', 'Saved filters, chosen columns'],
  ['roles', 'Who may do what'],
  ['sessions', 'Who is logged in'],
  ['tokens', 'API tokens'],
  ['broadcasts', 'Messages to many people: feed, mail, phones'],
  ['mails', 'Mails that wait, and what became of the others'],
  ['activity', 'Who changed what'],
  ['live', 'What happens now: calls, registrations, the feed; graphs'],
  ['call-records', 'Calls that ended'],
] as const;

/** The OpenAPI document, made of the same schemas that judge requests, and pages to read it by. Both hold no data. */
export async function addDocs(app: App, version: string): Promise<void> {
  app.addHook('onRoute', (route) => {
    // The plug-in's own pages; everything else says its scope itself.
    if (route.url === '/docs' || route.url.startsWith('/docs/')) route.config = { ...route.config, scope: 'public' };
    if (route.schema === undefined || route.schema.hide === true) return;
    const problem = { description: 'Any error', content: { 'application/problem+json': { schema: problemSchema } } };
    route.schema.response = { ...(route.schema.response as object), default: problem };
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Linekeeper',
        version,
        description: 'See docs/api.md for what all resources have in common, and /asyncapi.json for the feed.',
      },
      tags: TAGS.map(([name, description]) => ({ name, description })),
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'lk_...' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  app.get('/openapi.json', { config: { scope: 'public' }, schema: { hide: true } }, async () => app.swagger());
  // Made when somebody asks for it: most daemons are never asked.
  let feed: ReturnType<typeof asyncApiDocument> | undefined;
  app.get('/asyncapi.json', { config: { scope: 'public' }, schema: { hide: true } }, async () => {
    feed ??= asyncApiDocument(version);
    return feed;
  });
}
