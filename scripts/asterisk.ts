/** Gets the Asterisk that live tests run, once, so that the tests do not wait for each other to do it. */
import { resolve } from 'node:path';
import { findInstalledAsterisk } from '../src/asterisk/embedded/asterisk-binary.ts';
import { bootstrapRoot } from '../src/asterisk/embedded/bootstrap.ts';
import { loadConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';

const { embeddedPbx } = loadConfig();
if ((await findInstalledAsterisk()) === undefined) {
  await bootstrapRoot({
    cacheDir: resolve(embeddedPbx.cache),
    log: createLog({ level: 'info', pretty: 'yes' }),
    ...(embeddedPbx.mirror === '' ? {} : { mirror: embeddedPbx.mirror }),
  });
}
