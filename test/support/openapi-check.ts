import { z } from 'zod';
import type { App } from '../../src/http/types.ts';
import type { Json } from './app.ts';

interface Answered {
  status: number;
  body: Json;
  headers: Record<string, unknown>;
}

type Check = (method: string, path: string, answer: Answered) => void;

const checks = new Map<string, Check>();

/** The check of an app's document, which takes longest of all to make: apps with the same routes share it. */
export function openApiCheckOf(app: Pick<App, 'routeTable' | 'swagger'>): Check {
  const routes = JSON.stringify(app.routeTable());
  const check = checks.get(routes) ?? createOpenApiCheck(app.swagger() as Json);
  checks.set(routes, check);
  return check;
}

/** Throws when an answer is not what the OpenAPI document promises: a field too many is a leak, one too few a lie. */
function createOpenApiCheck(document: Json): Check {
  const $defs = JSON.parse(JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'));
  const routes = Object.entries<Json>(document.paths).map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    methods,
  }));
  const compiled = new Map<string, z.ZodType>();
  return (method, path, answer) => {
    const [bare = '', query = ''] = path.split('?');
    const full = bare.startsWith('/api/') ? bare : `/api/v1${bare}`;
    const operation = routes.find(({ pattern, methods }) => pattern.test(full) && method.toLowerCase() in methods)
      ?.methods[method.toLowerCase()];
    if (operation === undefined) return;
    const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
    // With `fields` the caller asked for less.
    if (query.includes('fields=') && !isProblem) return;
    const response = operation.responses[String(answer.status)] ?? operation.responses.default;
    const type = isProblem ? 'application/problem+json' : 'application/json';
    const schema = response?.content?.[type]?.schema;
    if (schema === undefined) throw new Error(`${method} ${path}: ${answer.status} ${type} is not in the document`);
    const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/');
    const known = compiled.get(text) ?? z.fromJSONSchema({ ...JSON.parse(text), $defs });
    compiled.set(text, known);
    const result = known.safeParse(answer.body);
    if (!result.success) {
      throw new Error(`${method} ${path} does not answer as documented: ${z.prettifyError(result.error)}`);
    }
  };
}
