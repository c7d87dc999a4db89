import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { ExtensionService } from '../lines/extension-service.ts';
import type { Feed } from '../live/feed/feed.ts';
import type { People } from '../people/create-people.ts';
import type { LifecycleService } from '../people/lifecycle/service.ts';
import type { Changes, SyncService } from '../reconciler/types.ts';
import type { Database } from '../store/database.ts';
import type { Principal, Scope } from './scopes.ts';
import type { Write } from './write.ts';

/** Requests are typed by their zod schemas. Answers are not: they come from queries, and the tests check each against its schema. */
export interface HttpTypes extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  serializer: unknown;
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  HttpTypes
>;

/** Adds routes below /api/v1. Each must name its scope in `config.scope`, or the app does not start. */
export type ApiPlugin = (app: App, deps: HttpDeps, write: Write) => void | Promise<void>;

/** What the API stands on; made by the composition root. */
export interface HttpDeps {
  db: Database;
  changes: Changes;
  sync: SyncService;
  extensions: ExtensionService;
  people: People;
  lifecycle: LifecycleService;
  feed: Feed;
  log: Logger;
  version: string;
  /** False while starting or stopping. */
  isReady(): boolean;
}

/** What a handler helper needs of a request and a reply, whatever the route's schemas. */
export type AnyRequest = Pick<FastifyRequest, 'method' | 'url' | 'headers' | 'principal' | 'query' | 'body'>;
export type AnyReply = Pick<FastifyReply, 'code' | 'header'>;

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route there is, for the test that none is open by accident. */
    routeTable(): { method: string; url: string }[];
  }
  interface FastifyRequest {
    principal: Principal;
  }
  interface FastifyContextConfig {
    /**
     * What the caller must hold; `public` is for nobody in particular, `self` for any user, about himself, `login` for
     * whoever is let in at all: what he may then do is judged further on.
     */
    scope?: Scope | 'public' | 'self' | 'login';
    /** Open to a session that must first change its password or set up a second factor. */
    duringSetup?: true;
  }
}
