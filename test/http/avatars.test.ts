import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import t from 'tap';
import { avatarRoutes } from '../../src/http/routes/avatars.ts';
import type { App } from '../../src/http/types.ts';
import { createTestApp, type TestApp } from '../support/app.ts';

async function world(t: Parameters<typeof createTestApp>[0]) {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const admin = await api.token(['users:write'], { companyId: company.id });
  const body = { companyId: company.id, username: 'ann', firstName: 'Ann', lastName: 'Lee' };
  const user = (await api.call('POST', '/users', { body })).body;
  const path = `/api/v1/users/${user.id}/avatar`;
  const put = (payload: Buffer, type: string, headers = {}) => send(api, path, admin, payload, type, headers);
  const get = (query = '', headers = {}) =>
    api.inject({ method: 'GET', url: path + query, headers: { authorization: `Bearer ${admin}`, ...headers } });
  return { api, company, admin, user, path, put, get };
}

function send(api: TestApp, url: string, token: string, payload: Buffer, type: string, headers = {}) {
  const all = { authorization: `Bearer ${token}`, 'content-type': type, ...headers };
  return api.inject({ method: 'PUT', url, payload, headers: all });
}

const solid = (width: number, height: number, background = '#c03030') =>
  sharp({ create: { width, height, channels: 3, background } });

t.test('every kind of picture becomes WebP in three exact sizes', async (t) => {
  const { api, user, put, get } = await world(t);
  const kinds: [type: string, file: Buffer][] = [
    ['image/png', await solid(900, 300).png().toBuffer()],
    ['image/jpeg', await solid(300, 900).jpeg().toBuffer()],
    ['image/webp', await solid(40, 30).webp().toBuffer()],
    ['image/gif', await solid(600, 600).gif().toBuffer()],
  ];
  for (const [type, file] of kinds) {
    const answer = await put(file, type);
    t.equal(answer.statusCode, 200, type);
    const etags = new Set<unknown>();
    for (const size of [64, 128, 512]) {
      const shown = await get(`?size=${size}`);
      t.equal(shown.headers['content-type'], 'image/webp');
      const { format, width, height } = await sharp(shown.rawPayload).metadata();
      t.same({ format, width, height }, { format: 'webp', width: size, height: size }, `${type} ${size}`);
      etags.add(shown.headers.etag);
    }
    t.equal(etags.size, 3, 'each size has its own tag');
    const { avatar } = (await api.call('GET', `/users/${user.id}`)).body;
    t.equal(avatar, answer.json().avatar);
    t.ok(etags.has(`"${avatar}"`));
  }
  t.equal((await sharp((await get()).rawPayload).metadata()).width, 128, 'the middle one unless said');
  t.equal((await get('?size=100')).statusCode, 400);
});

t.test('a picture is served as one and nothing else, and once', async (t) => {
  const { put, get } = await world(t);
  await put(await solid(10, 10).png().toBuffer(), 'image/png');
  const first = await get();
  t.match(first.headers, {
    'x-content-type-options': 'nosniff',
    'content-security-policy': /default-src 'none'/,
    'cache-control': 'private, no-cache',
  });
  const again = await get('', { 'if-none-match': String(first.headers.etag) });
  t.equal(again.statusCode, 304);
  t.equal(again.body, '');
  t.equal((await get('', { 'if-none-match': '"other"' })).statusCode, 200);
});

t.test('it is turned as EXIF says, and EXIF, profiles and comments are gone', async (t) => {
  const { put, get } = await world(t);
  // Left half red, right half blue; orientation 3 turns it by 180 degrees.
  const right = await solid(100, 200, '#0000ff').png().toBuffer();
  const file = await solid(200, 200, '#ff0000')
    .composite([{ input: right, left: 100, top: 0 }])
    .withExif({ IFD0: { Copyright: 'Somebody', ImageDescription: 'at home' }, IFD3: { GPSLatitude: '52/1 31/1 0/1' } })
    .withMetadata({ orientation: 3 })
    .withIccProfile('p3')
    .jpeg()
    .toBuffer();
  t.ok((await sharp(file).metadata()).exif, 'the file has EXIF');
  t.equal((await put(file, 'image/jpeg')).statusCode, 200);
  for (const size of [64, 128, 512]) {
    const { rawPayload } = await get(`?size=${size}`);
    const { exif, icc, xmp, iptc, orientation, comments } = await sharp(rawPayload).metadata();
    t.same([exif, icc, xmp, iptc, orientation, comments], Array(6).fill(undefined), `${size}`);
    t.notMatch(rawPayload.toString('latin1'), /Somebody|at home|EXIF|ICCP|XMP/);
    const pixels = await sharp(rawPayload).raw().toBuffer();
    t.ok((pixels[0] ?? 0) < 100 && (pixels[2] ?? 0) > 150, 'blue is left now');
  }
});

t.test('what speaks a second language is refused, or loses it', async (t) => {
  const { put, get } = await world(t);
  const invalid = async (file: Buffer, type: string, what: string) =>
    t.match((await put(file, type)).json(), { status: 422, code: 'IMAGE_INVALID' }, what);
  const script = Buffer.from('GIF89a/*<svg onload=alert(1)>*/=0;alert(document.cookie)');
  await invalid(script, 'image/gif', 'a script that starts like a GIF');
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
  );
  await invalid(svg, 'image/png', 'SVG');
  await invalid(Buffer.from('<!doctype html><script>alert(1)</script>'), 'image/jpeg', 'HTML');
  await invalid(Buffer.from('%PDF-1.4'), 'image/webp', 'PDF');
  await invalid(await solid(9, 9).tiff().toBuffer(), 'image/png', 'TIFF');
  await invalid(await solid(9, 9).png().toBuffer(), 'image/jpeg', 'PNG that says to be JPEG');
  await invalid(Buffer.alloc(0), 'image/png', 'nothing');
  t.equal((await get()).statusCode, 404, 'none was kept');
  const appended = Buffer.concat([await solid(9, 9).png().toBuffer(), Buffer.from('<script>alert(1)</script>')]);
  t.equal((await put(appended, 'image/png')).statusCode, 200);
  t.notMatch((await get()).rawPayload.toString('latin1'), 'script', 'what stood behind the picture is gone');
});

t.test('damaged pictures and bombs are refused', async (t) => {
  const { put, get, api } = await world(t);
  const noise = await sharp({
    create: {
      width: 300,
      height: 300,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });
  const invalid = async (file: Buffer, type: string, what: string) =>
    t.match((await put(file, type)).json(), { status: 422, code: 'IMAGE_INVALID' }, what);
  for (const format of ['png', 'jpeg', 'webp', 'gif'] as const) {
    const whole = await noise.clone().toFormat(format).toBuffer();
    await invalid(whole.subarray(0, whole.length / 2), `image/${format}`, `half a ${format}`);
  }
  const bomb = blackPng(30_000, 30_000);
  t.ok(bomb.length < 2_000_000, `900 megapixels in ${bomb.length} bytes`);
  await invalid(bomb, 'image/png', 'a bomb');
  const large = await put(Buffer.alloc(5 * 1024 * 1024 + 1), 'image/png');
  t.match(large.json(), { status: 413, code: 'PAYLOAD_TOO_LARGE' });
  t.match((await put(Buffer.from('{}'), 'application/json')).json(), { status: 415 });
  t.match((await put(Buffer.from('<svg/>'), 'image/svg+xml')).json(), { status: 415 });
  t.equal((await get()).statusCode, 404);
  t.notMatch(api.logged.join(''), 'request failed', 'nothing of that is our failure');
});

/** A PNG of one bit a pixel, all black: a thousandth of its size. */
function blackPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8 + body.length);
    frame.writeUInt32BE(data.length);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc32(body), 4 + body.length);
    return frame;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height));
  const signature = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function crc32(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

t.test('a picture goes, is told in the activity log, and belongs to a version', async (t) => {
  const { api, admin, user, path, put, get } = await world(t);
  const file = await solid(10, 10).png().toBuffer();
  t.equal((await put(file, 'image/png', { 'if-match': '"7"' })).statusCode, 412);
  const { avatar } = (await put(file, 'image/png', { 'if-match': '"1"' })).json();
  await put(file, 'image/png');
  t.equal((await api.call('GET', `/users/${user.id}`)).body.version, 2, 'the same picture changes nothing');
  const dry = await send(api, `${path}?dryRun=true`, admin, await solid(9, 9, '#fff').png().toBuffer(), 'image/png');
  t.match(dry.json(), { dryRun: true });
  t.match((await api.call('GET', `/users/${user.id}`)).body, { avatar });
  t.equal((await api.call('DELETE', path, { token: admin })).status, 204);
  t.equal((await get()).statusCode, 404);
  t.match((await api.call('GET', `/users/${user.id}`)).body, { avatar: null, version: 3 });
  t.match((await api.call('GET', `/activity?objectId=${user.id}&action=user.updated`)).body.items, [
    { details: { avatar: [avatar, null] } },
    { details: { avatar: [null, avatar] } },
  ]);
});

t.test('colleagues see it, nobody elsewhere does, and only who may write users changes that of others', async (t) => {
  const { api, company, path, put } = await world(t);
  const file = await solid(10, 10).png().toBuffer();
  await put(file, 'image/png');
  const reader = await api.token(['users:read'], { companyId: company.id });
  const other = await api.company('other');
  const foreign = await api.token(['users:write'], { companyId: other.id });
  const status = async (method: 'GET' | 'DELETE', token: string) =>
    (await api.inject({ method, url: path, headers: { authorization: `Bearer ${token}` } })).statusCode;
  t.equal(await status('GET', reader), 200);
  t.equal(await status('GET', foreign), 404);
  t.equal((await send(api, path, reader, file, 'image/png')).statusCode, 403);
  t.equal(await status('DELETE', reader), 403);
  t.equal((await send(api, path, foreign, file, 'image/png')).statusCode, 404);
  t.equal(await status('DELETE', foreign), 404);
  t.equal(await status('GET', reader), 200, 'it is still there');
});

t.test('everybody changes his own picture, also while working in another company', async (t) => {
  let userId = '';
  // The same routes once more, for somebody who is logged in as this user.
  const api = await createTestApp(t, {
    plugins: [
      async (app, deps, write) => {
        const asUser = async (scoped: App) => {
          scoped.addHook('preHandler', async (request) => {
            request.principal = { ...request.principal, scopes: new Set(['users:read']), userId };
          });
          avatarRoutes(scoped, deps, write);
        };
        await app.register(asUser, { prefix: '/own' });
      },
    ],
  });
  const home = await api.company('acme');
  const away = await api.company('other');
  const make = async (username: string, companyId: string) => {
    const body = { companyId, username, firstName: 'F', lastName: 'L' };
    return (await api.call('POST', '/users', { body })).body.id;
  };
  userId = await make('ann', home.id);
  const token = await api.token(['users:read'], { companyId: away.id });
  const file = await solid(10, 10).png().toBuffer();
  const put = (id: string) => send(api, `/api/v1/own/users/${id}/avatar`, token, file, 'image/png');
  t.equal((await put(userId)).statusCode, 200);
  t.equal((await put(await make('bob', home.id))).statusCode, 404, 'at home he is not there to this session');
  t.equal((await put(await make('cyd', away.id))).statusCode, 403, 'a colleague has his own');
  const own = { url: `/api/v1/own/users/${userId}/avatar`, headers: { authorization: `Bearer ${token}` } };
  t.equal((await api.inject({ method: 'GET', ...own })).statusCode, 200);
  t.equal((await api.inject({ method: 'DELETE', ...own })).statusCode, 204);
  t.equal((await api.inject({ method: 'GET', ...own })).statusCode, 404);
});
