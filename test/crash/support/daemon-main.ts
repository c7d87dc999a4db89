/** The daemon as its own process, from the environment alone; ended by signals as the real one is. */
import { loadConfig } from '../../../src/config.ts';
import { createDaemon } from '../../../src/daemon.ts';
import { messageOf } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';

const config = loadConfig();
const log = createLog(config.log);
const daemon = createDaemon(config, log);
let signals = 0;
const onSignal = () => {
  if (++signals > 1) process.exit(130);
  daemon.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.on('SIGTERM', onSignal);
process.on('SIGINT', onSignal);
try {
  await daemon.start();
} catch (error) {
  await daemon.stop();
  if (signals === 0) {
    log.error({ err: error }, 'did not start');
    process.stderr.write(`${(error as { code?: string }).code ?? 'INTERNAL'}: ${messageOf(error)}\n`);
    process.exit(1);
  }
}
