import type { AmiConnection } from '../ami/ami-connection.ts';
import type { OnDemandLink } from '../ami/on-demand-link.ts';

/** The part of AmiLink that is used here. */
export interface Link {
  /** @throws LinekeeperError PBX_UNREACHABLE */
  current(): AmiConnection;
}

export interface PbxLinks {
  /** Reads of AstDB (class reporting). */
  query: Link;
  /** Writes of AstDB (class system). */
  sync: Link;
  /** Files of ours and reloads (class config). */
  config: Link;
  /** Transfers and test calls (classes call and originate); connected when it is used. */
  act?: Pick<OnDemandLink, 'use'>;
}
