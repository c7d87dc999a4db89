import type { ClassOfService } from '../../domain/extension.ts';
import type { ExtensionExtras, ExtensionInput } from '../../domain/extension-input.ts';
import type { AccountKind } from '../../domain/sip-account.ts';
import { LinekeeperError } from '../../errors.ts';
import { duplicateSchema, duplicateUser } from '../../people/duplicate-user.ts';
import type { Tx } from '../../store/database.ts';
import { extensionPattern } from '../../store/extension-pattern.ts';
import { EXTENSIONS } from '../../store/queries/lines.ts';
import type { View } from '../../store/queries/page.ts';
import { USERS } from '../../store/queries/people.ts';
import { mustSee } from '../access.ts';
import { contextOf } from '../context.ts';
import { withCredentials } from '../credentials.ts';
import { readVisible } from '../read.ts';
import { actionRoute } from '../route-options.ts';
import { credentialsSchema } from '../schemas/lines.ts';
import { userView } from '../schemas/people.ts';
import { holds } from '../scopes.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const answerSchema = userView.extend({ credentials: credentialsSchema.optional() });

/** A second person like the first, in one transaction with the extension, if one is wanted. */
export function duplicateUserRoutes(app: App, deps: HttpDeps, write: Write): void {
  const words = {
    tag: 'users',
    operationId: 'duplicateUser',
    summary: 'Create a user like another',
    description:
      'Site, language, title, type, roles, groups, teams and labels are the same; nothing secret or personal is. `extension` ' +
      "gives the new user one with the settings of the first user's (needs `lines:write` too); its SIP secret is shown once.",
  };
  const options = actionRoute('users:write', words, duplicateSchema, answerSchema, { status: 201 });
  app.post('/users/:id/duplicate', options, async (request, reply) => {
    const { extension, sendNothing: _always, ...input } = request.body;
    const { principal } = request;
    if (extension !== undefined && !holds(principal, 'lines:write')) {
      const scope = 'lines:write';
      throw new LinekeeperError('FORBIDDEN', `an extension needs the scope ${scope}`, { details: { scope } });
    }
    return write(request, reply, async (tx) => {
      const { id: sourceId } = request.params;
      await mustSee(tx, principal, 'user', sourceId);
      const id = await duplicateUser(tx, { ...contextOf(request), caller: principal }, sourceId, input);
      const user = await readVisible(tx, principal, USERS, 'user', id);
      const location = `/api/v1/users/${id}`;
      if (extension === undefined) return { status: 201, location, body: user };
      const number = extension === 'next' ? undefined : extension;
      const context = { actor: principal.actor, companyId: String(user.companyId), allowWeakPins: false };
      const { fields, account } = await settingsLike(tx, sourceId, user);
      const made = await deps.extensions.create(tx, context, number, fields, { account });
      const { accounts } = await readVisible(tx, principal, EXTENSIONS, 'extension', made.id);
      const body = await readVisible(tx, principal, USERS, 'user', id);
      const endpoint = (accounts as View[])[0]?.endpoint;
      return { status: 201, location, body: withCredentials(body, { endpoint, secret: made.secret, pin: made.pin }) };
    });
  });
}

/** Somebody without an extension is the pattern of one with our defaults. Voicemail goes to the new person's address. */
async function settingsLike(
  tx: Tx,
  sourceId: string,
  user: View,
): Promise<{ fields: ExtensionInput; account: ExtensionExtras['account'] }> {
  const own = {
    displayName: `${user.firstName} ${user.lastName}`.slice(0, 80).trim(),
    userId: String(user.id),
  };
  const pattern = await extensionPattern(tx, sourceId);
  if (pattern === null) return { fields: { ...own, siteId: user.siteId as string | null }, account: undefined };
  const { accounts, mailbox, classOfService, ...behaviour } = pattern;
  const [first] = accounts;
  return {
    fields: {
      ...own,
      ...behaviour,
      classOfService: classOfService as ClassOfService,
      ...(mailbox === null ? {} : { mailbox: { ...mailbox, email: user.email as string | null } }),
    },
    account: first && {
      kind: first.kind as AccountKind,
      codecs: first.codecs === null ? null : JSON.parse(first.codecs),
      maxContacts: first.maxContacts,
    },
  };
}
