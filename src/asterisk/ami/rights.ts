import { LinekeeperError } from '../../errors.ts';
import { type AmiRole, allowedActions } from './actions.ts';
import type { AmiConnection } from './ami-connection.ts';
import type { AmiMessage } from './ami-message.ts';

/** Classes (`write =` of manager.conf) that each login needs and may have; see docs on security for the table. */
const NEEDED_CLASSES: Readonly<Record<AmiRole, readonly string[]>> = {
  events: [],
  query: ['reporting'],
  // `message` for text messages to phones; a login without it does everything else.
  sync: ['system', 'message'],
  config: ['config'],
  // `originate` runs any application, a shell among them: what is sent is narrowed in actions.ts.
  act: ['call', 'originate'],
};

/** Actions without which a login is of no use. */
const NEEDED_ACTIONS: Readonly<Record<AmiRole, readonly string[]>> = {
  events: [],
  query: ['DBGet', 'DBGetTree', 'CoreSettings'],
  sync: ['DBPut', 'DBDel'],
  config: ['GetConfig', 'CreateConfig', 'UpdateConfig', 'Reload'],
  act: ['BlindTransfer', 'Redirect', 'Originate'],
};

export interface AmiRights {
  /** Classes that the login has beyond what it needs, sorted: `command` means a shell on the PBX, and so does `originate`. */
  excess: readonly string[];
  /** Actions that it needs and may not send. */
  missing: readonly string[];
}

/**
 * What a login may do, from `ListCommands`, which names only what the asking login may send (measured). A class is in
 * excess when it is the reason for a command: one that none of the needed classes would allow.
 *
 * @throws LinekeeperError AMI_*
 */
export async function readRights(connection: AmiConnection): Promise<AmiRights> {
  return rightsOf(connection.role, await connection.action('ListCommands'));
}

export function rightsOf(role: AmiRole, commands: AmiMessage): AmiRights {
  const needed = new Set(NEEDED_CLASSES[role]);
  const excess = new Set<string>();
  const missing = new Set(NEEDED_ACTIONS[role].map((action) => action.toLowerCase()));
  for (const [name, description] of commands) {
    missing.delete(name.toLowerCase());
    const classes = classesOf(description);
    if (classes.length > 0 && !classes.some((one) => needed.has(one))) {
      // More than one class would allow it; which of them the login has shows where a command has only one.
      if (classes.length === 1) excess.add(classes[0]!);
    }
  }
  const names = allowedActions(role).filter((action) => missing.has(action.toLowerCase()));
  return { excess: [...excess].sort(), missing: names };
}

/** `Put DB entry.  (Priv: system,all)` -> `['system']`. */
function classesOf(description: string): string[] {
  const listed = /\(Priv: ([^)]*)\)\s*$/.exec(description)?.[1] ?? '';
  return listed.split(',').filter((one) => one !== '' && one !== 'all' && !one.startsWith('<'));
}

/** @throws LinekeeperError PBX_LOGIN_REFUSED (too few rights), PBX_RIGHTS_TOO_WIDE (only when `refuse`) */
export function judgeRights(role: AmiRole, rights: AmiRights, refuse: boolean): void {
  if (rights.missing.length > 0) {
    throw new LinekeeperError('PBX_LOGIN_REFUSED', `The ${role} login may not send ${rights.missing.join(', ')}.`);
  }
  if (refuse && rights.excess.length > 0) {
    throw new LinekeeperError('PBX_RIGHTS_TOO_WIDE', `The ${role} login may do more than it needs.`, {
      details: { role, excess: rights.excess },
    });
  }
}
