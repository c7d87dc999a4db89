import { z } from 'zod';
import * as common from './schemas/common.ts';
import { pageOf } from './schemas/list.ts';
import type { Scope } from './scopes.ts';

/** What every route says of itself, for the OpenAPI document. */
export interface RouteWords {
  tag: string;
  operationId: string;
  summary: string;
  description?: string;
}

function words({ tag, ...others }: RouteWords) {
  return { ...others, tags: [tag] };
}

const done = z.null().meta({ description: 'Done.' });

export function listRoute<Q extends z.ZodType>(
  text: RouteWords,
  querystring: Q,
  item: z.ZodObject,
  scope: Scope | 'self' = 'read',
) {
  return { config: { scope }, schema: { ...words(text), querystring, response: { 200: pageOf(item, querystring) } } };
}

export function getRoute<P extends z.ZodType = typeof common.idParams>(
  text: RouteWords,
  view: z.ZodType,
  options: { scope?: Scope; params?: P } = {},
) {
  const params = (options.params ?? common.idParams) as P;
  const schema = { params, querystring: common.noQuery, headers: common.getHeaders, response: { 200: view } };
  return { config: { scope: options.scope ?? ('read' as const) }, schema: { ...words(text), ...schema } };
}

/** POST to a collection. */
export function createRoute<B extends z.ZodType, Q extends z.ZodType = typeof common.writeQuery>(
  scope: Scope,
  text: RouteWords,
  body: B,
  view: z.ZodType,
  query?: Q,
) {
  const schema = { querystring: (query ?? common.writeQuery) as Q, headers: common.postHeaders, body };
  const response = { 200: common.dryRunSchema, 201: view };
  return { config: { scope }, schema: { ...words(text), ...schema, response } };
}

/** POST to an action or a collection of one object. */
export function actionRoute<
  B extends z.ZodType,
  P extends z.ZodType = typeof common.idParams,
  Q extends z.ZodType = typeof common.writeQuery,
>(
  scope: Scope,
  text: RouteWords,
  body: B,
  view: z.ZodType,
  options: { params?: P; query?: Q; status?: 200 | 201 } = {},
) {
  const params = (options.params ?? common.idParams) as P;
  const querystring = (options.query ?? common.writeQuery) as Q;
  const schema = { params, querystring, headers: common.actionHeaders, body };
  const response =
    options.status === 201 ? { 200: common.dryRunSchema, 201: view } : { 200: z.union([view, common.dryRunSchema]) };
  return { config: { scope }, schema: { ...words(text), ...schema, response } };
}

export function patchRoute<
  B extends z.ZodType,
  P extends z.ZodType = typeof common.idParams,
  Q extends z.ZodType = typeof common.writeQuery,
>(scope: Scope, text: RouteWords, body: B, view: z.ZodType, options: { params?: P; query?: Q } = {}) {
  const params = (options.params ?? common.idParams) as P;
  const querystring = (options.query ?? common.writeQuery) as Q;
  const schema = { params, querystring, headers: common.patchHeaders, body };
  return {
    config: { scope },
    schema: { ...words(text), ...schema, response: { 200: z.union([view, common.dryRunSchema]) } },
  };
}

export function deleteRoute<P extends z.ZodType = typeof common.idParams>(
  scope: Scope,
  text: RouteWords,
  options: { params?: P } = {},
) {
  const params = (options.params ?? common.idParams) as P;
  const schema = { params, querystring: common.writeQuery, headers: common.patchHeaders, body: common.noBody };
  const response = { 200: z.union([common.deletedSchema, common.dryRunSchema]), 204: done };
  return { config: { scope }, schema: { ...words(text), ...schema, response } };
}

/** What a person sees of his own account. `duringSetup`: also in a session that must set something up first. */
export function ownRoute(text: RouteWords, view: z.ZodType, options: { duringSetup?: true } = {}) {
  const schema = { querystring: common.noQuery, response: { 200: view } };
  return { config: { scope: 'self' as const, ...options }, schema: { ...words(text), ...schema } };
}

/** What a person does to his own account: no dry run and no idempotency key, for the answers hold secrets. */
export function ownActionRoute<B extends z.ZodType>(
  text: RouteWords,
  body: B,
  view: z.ZodType,
  options: { duringSetup?: true } = {},
) {
  const schema = { querystring: common.noQuery, body, response: { 200: view } };
  return { config: { scope: 'self' as const, ...options }, schema: { ...words(text), ...schema } };
}

/** POST for whoever holds what the body brings along, such as the token of a link. Why it is open, docs/api.md says. */
export function openRoute<B extends z.ZodType>(
  text: RouteWords,
  body: B,
  view: z.ZodType,
  status: 200 | 202 | 204 = 200,
) {
  const schema = { security: [], querystring: common.noQuery, body, response: { [status]: view } };
  return { config: { scope: 'public' as const }, schema: { ...words(text), ...schema } };
}

/** PUT of something that either is there or not: no body, and nothing to answer. */
export function putRoute<P extends z.ZodType = typeof common.idParams>(
  scope: Scope,
  text: RouteWords,
  options: { params?: P } = {},
) {
  return deleteRoute(scope, text, options);
}

/** POST that changes nothing of ours and may be repeated as it is: no dry run, no idempotency key. */
export function runRoute<B extends z.ZodType, P extends z.ZodType>(
  scope: Scope,
  text: RouteWords,
  body: B,
  view: z.ZodType,
  params: P,
) {
  return {
    config: { scope },
    schema: { ...words(text), params, querystring: common.noQuery, body, response: { 200: view } },
  };
}

/** POST that does something to the PBX which cannot be taken back: no dry run, but safe to repeat with a key. */
export function actRoute<B extends z.ZodType, P extends z.ZodType = typeof common.idParams>(
  scope: Scope,
  text: RouteWords,
  body: B,
  view: z.ZodType,
  options: { params?: P } = {},
) {
  const params = (options.params ?? common.idParams) as P;
  const headers = common.postHeaders.pick({ 'idempotency-key': true });
  return {
    config: { scope },
    schema: { ...words(text), params, querystring: common.noQuery, headers, body, response: { 200: view } },
  };
}
