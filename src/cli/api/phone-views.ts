/** What the API answers of desk phones, as far as commands show it. */
export interface Phone {
  id: string;
  companyId: string;
  mac: string;
  vendor: string;
  model: string | null;
  label: string | null;
  state: string;
  site: { name: string } | null;
  user: { username: string } | null;
  keyLayout: { name: string } | null;
  keys: unknown[];
  lines: {
    ordinal: number;
    label: string | null;
    endpoint: string;
    extension: { number: string; displayName: string };
  }[];
  windowUntil: string | null;
  progress: string;
  problems: { path: string; message: string }[];
  wantedRevision: number;
  fetchedRevision: number | null;
  stage1At: string | null;
  fetchedAt: string | null;
  seenAt: string | null;
  registeredAt: string | null;
  address: string | null;
  userAgent: string | null;
  firmware: string | null;
  follow: { state: string; reason: string | null } | null;
}

export interface Sighting {
  mac: string;
  vendor: string | null;
  model: string | null;
  address: string;
  reason: string;
  lastAt: string;
  site: { name: string } | null;
}

export interface PhoneFile {
  name: string;
  kind: string;
  bytes: number;
  text?: string;
}

export interface EffectiveSetting {
  key: string;
  value: unknown;
  source: string;
}
