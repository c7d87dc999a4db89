import type { MassAction } from '../../store/mass-action.ts';
import type { Seal } from '../../store/seal.ts';
import type { ExtensionBatch } from '../extension-batch.ts';
import { codecsAction } from './codecs.ts';
import { deleteAction } from './delete.ts';
import { fieldActions } from './fields.ts';
import { renumberAction } from './renumber.ts';
import { secretsAction } from './secrets.ts';
import { voicemailAction } from './voicemail.ts';

/** What can be done to many extensions at once. */
export function lineActions(batch: Pick<ExtensionBatch, 'apply' | 'restore' | 'remove'>, seal: Seal): MassAction[] {
  return [
    ...fieldActions(batch),
    deleteAction(batch),
    codecsAction,
    voicemailAction(batch),
    secretsAction(seal),
    renumberAction,
  ];
}
