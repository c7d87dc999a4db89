/** Answers of the diagnostics routes. */
export interface Contact {
  uri: string;
  userAgent: string;
  expiresAt: string;
}

export interface Registrations {
  /** Why the PBX could not be asked; null: it was. */
  unknown: string | null;
  accounts: {
    ordinal: number;
    endpoint: string;
    contacts: Contact[];
    lastRejection: { reason: string; remoteAddress: string; at: string } | null;
  }[];
}

export interface Finding {
  subject: string;
  state: 'ok' | 'attention' | 'bad';
  text: string;
  advice: string | null;
}

export interface Diagnosis {
  findings: Finding[];
}

export interface Verification {
  endpoint: string;
  registeredMs: number;
  totalMs: number;
  text: string;
}
