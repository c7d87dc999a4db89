import { versionOfIfMatch } from './etag.ts';
import type { AnyRequest } from './types.ts';

/** Who asks for a change and which version they have seen, as the use-cases take it. */
export function contextOf(request: AnyRequest): { actor: string; ifVersion: number | undefined } {
  return { actor: request.principal.actor, ifVersion: versionOfIfMatch(request.headers['if-match']) };
}
