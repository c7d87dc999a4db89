// `npm run setup`: everything that `npm start` would do first, without starting.
import { ensureBuilt, ensureGenerated, ensureInstalled, say } from './prepare.mjs';

ensureInstalled();
ensureGenerated();
ensureBuilt();
say('Ready: npm start');
