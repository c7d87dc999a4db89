import { z } from 'zod';
import { EXTENSIONS } from '../../store/queries/lines.ts';
import { mustBeGlobal } from '../access.ts';
import { readVisible } from '../read.ts';
import { getRoute, runRoute } from '../route-options.ts';
import { idParams } from '../schemas/common.ts';
import * as schemas from '../schemas/diagnostics.ts';
import type { ApiPlugin } from '../types.ts';

/** What the routes ask; made by the composition root. */
export interface Diagnostics {
  everything(): Promise<schemas.Finding[]>;
  extension(id: string): Promise<schemas.Finding[]>;
  registrations(extensionId: string): Promise<schemas.Registrations>;
  /** @throws REGISTRATION_FAILED, REGISTRATION_WOULD_EVICT, NOT_FOUND, PBX_UNREACHABLE */
  verify(extensionId: string, ordinal: number, force: boolean): Promise<schemas.Verification>;
}

/** For whoever asks why something does not work. */
export function diagnosticsRoutes(diagnostics: Diagnostics): ApiPlugin {
  return (app, deps) => {
    const all = { tag: 'sync', operationId: 'getDiagnostics', summary: 'What is well, what is not, and what to do' };
    const noParams = z.strictObject({});
    app.get('/diagnostics', getRoute(all, schemas.diagnosisView, { params: noParams }), async (request) => {
      mustBeGlobal(request.principal);
      return { findings: await diagnostics.everything() };
    });

    const one = { tag: 'extensions', operationId: 'diagnoseExtension', summary: 'Why an extension does not work' };
    app.get('/extensions/:id/diagnosis', getRoute(one, schemas.diagnosisView), async (request) => {
      const { id } = request.params;
      await readVisible(deps.db.read, request.principal, EXTENSIONS, 'extension', id);
      return { findings: await diagnostics.extension(id) };
    });

    const phones = { tag: 'extensions', operationId: 'listRegistrations', summary: 'Phones that are registered now' };
    app.get('/extensions/:id/registrations', getRoute(phones, schemas.registrationsView), async (request) => {
      const { id } = request.params;
      await readVisible(deps.db.read, request.principal, EXTENSIONS, 'extension', id);
      return diagnostics.registrations(id);
    });

    const verify = {
      tag: 'extensions',
      operationId: 'verifySipAccount',
      summary: 'Register as the device would, and unregister',
      description: 'Over the WebSocket of the PBX. Refused when it would throw off a phone, unless forced.',
    };
    const params = idParams.extend({ ordinal: z.string().max(4).transform(Number) });
    const run = runRoute('lines:write', verify, schemas.verifyInput, schemas.verificationView, params);
    app.post('/extensions/:id/accounts/:ordinal/verify', run, async (request) => {
      const { id, ordinal } = request.params;
      await readVisible(deps.db.read, request.principal, EXTENSIONS, 'extension', id);
      return diagnostics.verify(id, ordinal, request.body.force === true);
    });
  };
}
