import type { PbxFiles } from './bulk/adopt/endpoint.ts';
import type { Core } from './core.ts';

/** The operator's own files on a PBX, in the words of imports. @throws PBX_UNREACHABLE */
export async function pbxFiles(core: Pick<Core, 'connection'>, pbxId: string): Promise<PbxFiles> {
  const { pjsip, wizards, voicemail } = await core.connection(pbxId).connection.port.foreignConfig();
  return { pjsip: pjsip.map(toCategory), wizards: wizards.map(toCategory), voicemail: voicemail.map(toCategory) };
}

type Section = { name: string; lines: readonly (readonly [string, string])[]; isTemplate?: true };

function toCategory({ name, lines, isTemplate }: Section) {
  return { category: name, variables: [...lines], isTemplate: isTemplate === true };
}
