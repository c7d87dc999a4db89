import { z } from 'zod';
import { LinekeeperError } from '../../errors.ts';
import { AVATAR_SIZES, AVATAR_TYPES, type AvatarSize, makeAvatar } from '../../people/avatar-image.ts';
import { changeAvatar, readAvatar } from '../../people/avatars.ts';
import type { Tx } from '../../store/database.ts';
import { mustSee, notFound } from '../access.ts';
import { contextOf } from '../context.ts';
import { matchesNone } from '../etag.ts';
import { deleteRoute, getRoute } from '../route-options.ts';
import { dryRunSchema, idParams, patchHeaders, writeQuery } from '../schemas/common.ts';
import { holds, type Principal } from '../scopes.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'users';
const PATH = '/users/:id/avatar';
const MAX_BYTES = 5 * 1024 * 1024;
const WEBP = 'image/webp';

const sizeQuery = z.strictObject({
  size: z
    .enum(AVATAR_SIZES.map(String) as [string, ...string[]])
    .default('128')
    .meta({ description: 'Pixels of one side.' }),
});
const binary = z.string().meta({ format: 'binary' });
const pictureSchema = { description: 'The picture.', content: { [WEBP]: { schema: binary } } };
const avatarView = z.strictObject({ avatar: z.string() }).meta({ id: 'Avatar' });

/** Pictures of people: everybody of the company sees them, and changes his own. */
export function avatarRoutes(app: App, deps: HttpDeps, write: Write): void {
  const get = { tag, operationId: 'getAvatar', summary: 'The picture of a user, WebP' };
  const { config, schema } = getRoute(get, avatarView, { scope: 'users:read' });
  const reading = {
    config,
    schema: { ...schema, querystring: sizeQuery, response: { 200: pictureSchema, 304: z.null() } },
  };
  app.get(PATH, reading, async (request, reply) => {
    const { id } = request.params;
    await mustSeeOrBe(deps.db.read, request.principal, id);
    const found = await readAvatar(deps.db.read, id, Number(request.query.size) as AvatarSize);
    if (found === null) throw notFound('picture');
    const etag = `"${found.etag}"`;
    reply.header('etag', etag).header('cache-control', 'private, no-cache');
    if (matchesNone(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.type(WEBP).send(Buffer.from(found.image));
  });

  const remove = { tag, operationId: 'deleteAvatar', summary: 'Delete the picture of a user' };
  app.delete(PATH, deleteRoute('users:read', remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustBeOwn(tx, request.principal, request.params.id);
      await changeAvatar(tx, contextOf(request), request.params.id, []);
      return { status: 204 };
    }),
  );

  // In a scope of its own: pictures are no bodies of any other route.
  app.register(async (scoped: App) => {
    scoped.removeAllContentTypeParsers();
    const options = { parseAs: 'buffer', bodyLimit: MAX_BYTES } as const;
    scoped.addContentTypeParser<Buffer>([...AVATAR_TYPES], options, (_request, body, done) => done(null, body));
    const put = {
      tags: [tag],
      operationId: 'putAvatar',
      summary: 'Give a user a picture',
      description: 'It is turned, cut to a square and encoded anew in three sizes; nothing else of the file is kept.',
      params: idParams,
      querystring: writeQuery,
      headers: patchHeaders,
      response: { 200: z.union([avatarView, dryRunSchema]) },
    };
    const writing = { config: { scope: 'users:read' as const }, bodyLimit: MAX_BYTES, schema: put };
    scoped.put(PATH, writing, async (request, reply) => {
      const { id } = request.params;
      await mustBeOwn(deps.db.read, request.principal, id);
      if (!Buffer.isBuffer(request.body)) throw new LinekeeperError('IMAGE_INVALID', 'the body must be a picture');
      const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
      const images = await makeAvatar(request.body, type);
      return write(request, reply, async (tx) => {
        await mustBeOwn(tx, request.principal, id);
        await changeAvatar(tx, contextOf(request), id, images);
        return { status: 200, body: { avatar: images.at(-1)?.etag } };
      });
    });
  });
}

/** Somebody may work in another company than his own, and is himself there too. */
async function mustSeeOrBe(tx: Tx, principal: Principal, userId: string): Promise<void> {
  if (principal.userId !== userId) await mustSee(tx, principal, 'user', userId);
}

/** One's own picture, or that of anybody one may change. */
async function mustBeOwn(tx: Tx, principal: Principal, userId: string): Promise<void> {
  await mustSeeOrBe(tx, principal, userId);
  if (principal.userId === userId || holds(principal, 'users:write')) return;
  const scope = 'users:write';
  throw new LinekeeperError('FORBIDDEN', `the picture of somebody else needs the scope ${scope}`, {
    details: { scope },
  });
}
