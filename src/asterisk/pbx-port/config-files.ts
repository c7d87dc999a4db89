import { isLinekeeperError } from '../../errors.ts';
import { type ConfigFile, parseConfig } from './config-text.ts';
import type { PbxCounters } from './counters.ts';
import type { PbxLinks } from './links.ts';

/** Milliseconds. A section of 10,000 mailboxes takes Asterisk 80 ms; the rest is for a busy disk. */
const FILE_TIMEOUT = 15_000;

/** GetConfig, CreateConfig and UpdateConfig, on the config login. Throws LinekeeperError AMI_*. */
export class ConfigFiles {
  readonly #links: PbxLinks;
  readonly #counters: PbxCounters;

  constructor(links: PbxLinks, counters: PbxCounters) {
    this.#links = links;
    this.#counters = counters;
  }

  /** A file of ours. One that is not there is created, so that the operator's `#include` never fails. */
  async readOurs(filename: string): Promise<ConfigFile> {
    const file = await this.read(filename);
    if (file) return file;
    await this.#send('CreateConfig', { Filename: filename });
    return [];
  }

  /** Undefined when there is no such file. `filter`: only sections with such a line, chosen by Asterisk. */
  async read(filename: string, filter?: string): Promise<ConfigFile | undefined> {
    this.#counters.configReads += 1;
    try {
      const fields = { Filename: filename, ...(filter === undefined ? {} : { Filter: filter }) };
      return parseConfig(await this.#send('GetConfig', fields));
    } catch (error) {
      if (isLinekeeperError(error) && error.code === 'AMI_REFUSED' && /not found/i.test(error.message))
        return undefined;
      throw error;
    }
  }

  async update(fields: Readonly<Record<string, string>>): Promise<void> {
    this.#counters.configWrites += 1;
    await this.#send('UpdateConfig', fields);
  }

  #send(action: string, fields: Readonly<Record<string, string>>) {
    return this.#links.config.current().action(action, fields, { timeout: FILE_TIMEOUT });
  }
}
