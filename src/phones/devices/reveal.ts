import type { Tx } from '../../store/database.ts';
import { httpPassword, stage2Token } from '../../store/phones/tokens.ts';
import { audit, type ChangeContext, notFound } from '../change.ts';
import { openPasswords } from '../resolve/resolve.ts';
import type { DeviceDeps } from './deps.ts';

export interface DeviceSecrets {
  /** Of the phone's own menu and web page, unless a setting says otherwise. */
  adminPassword: string;
  userPassword: string;
  /** What it fetches with. */
  httpUsername: string;
  httpPassword: string;
  /** Where it fetches everything but its first file. */
  address: string;
}

/** What a phone knows, for somebody who stands before it; written down that it was shown. */
export async function revealSecrets(
  tx: Tx,
  { seal, facts }: DeviceDeps,
  context: ChangeContext,
  id: string,
): Promise<DeviceSecrets> {
  const row = await tx.device.findUnique({ where: { id } });
  if (row === null) throw notFound('device');
  const { admin, user } = openPasswords(seal, row);
  await audit(tx, context, 'device.secrets_shown', 'device', row, { mac: row.mac });
  return {
    adminPassword: admin,
    userPassword: user,
    httpUsername: row.mac,
    httpPassword: httpPassword(seal, id, row.stage2Generation),
    address: `${facts.publicUrl}/p/${stage2Token(seal, id, row.stage2Generation)}/`,
  };
}
