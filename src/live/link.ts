import type { AmiMessage } from '../asterisk/ami/ami-message.ts';
import type { AsteriskPort } from '../asterisk/pbx-port/pbx-port.ts';

/** One PBX as the live view hears it. */
export interface LiveLink {
  readonly pbxId: string;
  readonly name: string;
  readonly port: AsteriskPort;
  /** True while both the login that hears events and the one that reads are ready. */
  readonly isUp: boolean;
  /** Each time that both are ready: the moment for a snapshot. What was missed is not said again. */
  onUp(listener: () => void): () => void;
  onDown(listener: (reason: string) => void): () => void;
  /** Events as they come, unchecked; a listener must be quick (Asterisk drops who does not read for half a second). */
  onEvent(listener: (event: AmiMessage) => void): () => void;
}
