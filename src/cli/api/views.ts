/** What the API answers, as far as commands show it. The schemas themselves are http's. */
export interface Sync {
  state: 'pending' | 'synced' | 'waiting' | 'failed';
  code?: string;
  reason?: string;
  since?: string;
}

export interface Company {
  id: string;
  pbxId: string;
  name: string;
  slug: string;
  ranges: [string, string][];
  country: string;
  timezone: string;
  counts: { extensions: number; users: number; numbers: number };
  sync: Sync;
}

export interface Account {
  ordinal: number;
  endpoint: string;
  label: string | null;
  kind: string;
  codecs: string[] | null;
  maxContacts: number;
  rotatedAt: string;
}

export interface Extension {
  id: string;
  companyId: string;
  number: string;
  displayName: string;
  callerIdName: string | null;
  user: { username: string; name: string } | null;
  site: { name: string } | null;
  ringSeconds: number;
  forwardAlways: string | null;
  forwardBusy: string | null;
  forwardNoAnswer: string | null;
  doNotDisturb: boolean;
  classOfService: string;
  pickupGroup: string | null;
  enabled: boolean;
  suspended: boolean;
  accounts: Account[];
  mailbox: { address: string; email: string | null; enabled: boolean; pinSource: string; pinChangedAt: string } | null;
  phoneNumbers: { e164: string }[];
  sync: Sync;
  version: number;
  updatedAt: string;
  credentials?: { endpoint?: string; secret?: string; pin?: string };
}

export interface Broadcast {
  id: string;
  category: string;
  text: string;
  channels: string[];
  sendAt: string;
  state: string;
  actor: string;
  counts?: Record<string, { waiting: number; delivered: number; failed: number; unreachable: number }>;
}

export interface User {
  id: string;
  username: string;
}

export interface Mail {
  id: string;
  to: string;
  template: string;
  state: string;
  attempts: number;
  error: string | null;
  createdAt: string;
}

export interface PhoneNumber {
  id: string;
  e164: string;
  state: string;
  extension: { number: string; displayName: string } | null;
  note: string | null;
  quarantinedUntil: string | null;
  sync: Sync;
}

export interface Pbx {
  id: string;
  name: string;
  host: string;
  amiPort: number;
  tls: boolean;
  wsUrl: string | null;
  driftPolicy: string;
  enabled: boolean;
  counts: { companies: number };
}

export interface PbxStatus {
  pbxId: string;
  name: string;
  state: string;
  reason: string | null;
  pending: number;
  failed: number;
  oldestPendingAt: string | null;
  lastAuditAt: string | null;
  lastAuditMs: number | null;
  drift: number;
  blockedPlan: string | null;
  asteriskVersion: string | null;
}

export interface PlanChange {
  op: 'create' | 'update' | 'delete';
  ref: string;
  cause: 'wanted' | 'drift';
  before: string | null;
  after: string | null;
}

export interface Plan {
  id: string;
  needsApproval: boolean;
  changes: PlanChange[];
  refusals: { ref: string; code: string; reason: string }[];
  drift: { ref: string; kind: string; action: string }[];
}

export interface Drift {
  ref: string;
  kind: string;
  detectedAt: string;
  details: { action?: string; expected?: string | null; observed?: string | null } | null;
}

/** How far any job is. */
export interface JobProgress {
  id: string;
  state: string;
  isQueued: boolean;
  total: number;
  processed: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  failed: number;
  undone: number;
  undoRefused: number;
  rowsPerSecond: number | null;
  secondsLeft: number | null;
  waitingFor: { code: string; message: string } | null;
  error: string | null;
  credentials: 'none' | 'available' | 'taken';
  createdAt: string;
  finishedAt: string | null;
}

export interface Import extends JobProgress {
  companyId: string;
  name: string | null;
  strategy: string;
  source: string;
  notes: number;
}

export interface ImportReport {
  title: string;
  notes: number;
  unread: { name: string; rows: number }[];
  rows: { line: number; column: string; message: string }[];
}

export interface DryRun {
  errors: { line: number; name: string | null; column: string; code: string; message: string }[];
  summary: {
    rows: number;
    created: number;
    updated: number;
    unchanged: number;
    skipped: number;
    failed: number;
    plan: { counts: Record<string, number> };
  };
}

export interface ImportDryRun extends DryRun {
  import: Import;
}

export interface Token {
  id: string;
  name: string;
  scopes: string[];
  companyId: string | null;
  expiresAt: string | null;
  lastUsedAt: string | null;
  createdAt: string;
}

export interface Activity {
  id: number;
  at: string;
  actor: string;
  action: string;
  objectType: string;
  objectId: string;
  companyId: string | null;
  address: string | null;
  requestId: string | null;
  details: Record<string, unknown> | null;
}

export interface CallRecord {
  startedAt: string;
  direction: string;
  from: { number: string; name: string | null };
  to: { number: string };
  disposition: string;
  durationSeconds: number;
  talkSeconds: number;
  application: string | null;
}

export interface CallRecordGap {
  from: string;
  until: string | null;
  reason: string;
  recovered: number;
  lost: number | null;
}

export interface Verification {
  ok: boolean;
  rows: number;
  from: number | null;
  to: number | null;
  head: string | null;
  unchained: number;
  deleted: number;
  notedAt: string | null;
  brokenAt: number | null;
  reason: string | null;
}

/** An endpoint of a PBX's own pjsip.conf. */
export interface ForeignEndpoint {
  name: string;
  state: 'foreign' | 'waiting' | 'adopted';
  displayName: string | null;
  codecs: string[];
  hasMailbox: boolean;
  companyIds: string[];
  obstacles: { code: string; message: string }[];
  sections: { file: string; name: string; type: string }[];
}
