import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { compose } from './compose.ts';
import type { Attempt, Transport } from './ports.ts';
import type { Sender } from './sender-address.ts';

/** Without an SMTP server: each mail becomes a file that only its owner can read. The log tells where, never what. */
export function createOutboxFolder(folder: string, sender: Sender, log: Logger): Transport {
  const load = async () => (await import('nodemailer')).createTransport({ streamTransport: true, buffer: true });
  let writer: ReturnType<typeof load> | undefined;
  return {
    async send(message): Promise<Attempt> {
      try {
        writer ??= load();
        const { message: bytes } = await (await writer).sendMail(compose(message, sender));
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const time = message.date.toISOString().replace(/[-:]|\.\d+/g, '');
        const file = join(folder, `${time}-${message.template}-${message.id}.eml`);
        const unfinished = `${file}.part`;
        await writeFile(unfinished, bytes as Buffer, { mode: 0o600 });
        await rename(unfinished, file);
        log.info({ file }, 'mail written to the outbox folder: there is no SMTP server in the settings');
        return { ok: true, state: 'written' };
      } catch (error) {
        return { ok: false, permanent: false, reason: messageOf(error) };
      }
    },
    async close() {},
  };
}
