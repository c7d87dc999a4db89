import type { ConfigFiles } from './config-files.ts';
import type { ConfigFile } from './config-text.ts';

/** Where an operator keeps endpoints of his own, and the `type` that makes a section one. */
const SOURCES = [
  { file: 'pjsip.conf', type: 'endpoint' },
  { file: 'pjsip_wizard.conf', type: 'wizard' },
];

/**
 * The ids of all endpoints in the operator's files. Asterisk is asked for these sections only, so passwords of auth
 * sections are not even sent; of the rest only the names leave this function.
 */
export async function readForeignEndpoints(files: ConfigFiles): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const { file, type } of SOURCES) {
    for (const { name, lines, isTemplate } of (await files.read(file, `type=^${type}$`)) ?? []) {
      if (isTemplate !== true && lines.some(([variable, value]) => variable === 'type' && value === type))
        ids.add(name);
    }
  }
  return ids;
}

/** The operator's own files with their secrets: for whoever adopts endpoints, and to be forgotten at once. */
export interface ForeignConfig {
  pjsip: ConfigFile;
  wizards: ConfigFile;
  voicemail: ConfigFile;
}

export async function readForeignConfig(files: ConfigFiles): Promise<ForeignConfig> {
  return {
    pjsip: (await files.read('pjsip.conf')) ?? [],
    wizards: (await files.read('pjsip_wizard.conf')) ?? [],
    voicemail: (await files.read('voicemail.conf')) ?? [],
  };
}
