import type { Sync } from './views.ts';

/** What the API answers to actions, as far as commands show it. */
export interface Ended {
  ended: number;
  stillUp: number;
}

export interface Transfer {
  state: string;
  to: string;
  kept: string;
}

interface Phone {
  endpoint: string;
  contactUri: string;
  userAgent: string;
}

export interface TestCall {
  state: string;
  seconds: number;
  phones: (Phone & { state: string })[];
}

export interface SentMessage {
  phones: (Phone & { state: 'sent' | 'failed'; reason: string | null })[];
}

interface PbxParts {
  registrations: { dropped: number; left: number; error: string | null } | null;
  calls: (Ended & { error: string | null }) | null;
}

export interface ThrownOff extends PbxParts {
  endpoint: string;
  sync: Sync | null;
  credentials?: { endpoint: string; secret: string };
}

export interface Kicked extends PbxParts {
  sessions: { ended: number; left: number } | null;
  tokens: { ended: number; left: number } | null;
  secrets: { rotated: number; sync: Sync } | null;
  credentials?: { endpoint: string; secret: string }[];
}
