/** What the API answers of people, as far as commands show it. */
export interface User {
  id: string;
  companyId: string;
  username: string;
  firstName: string;
  lastName: string;
  email: string | null;
  title: string | null;
  personalContact: string | null;
  userType: string | null;
  language: string;
  timezone: string | null;
  state: string;
  hasPassword: boolean;
  mustChangePassword: boolean;
  hasSecondFactor: boolean;
  hasPhonePin: boolean;
  lastLoginAt: string | null;
  site: { name: string } | null;
  roles: { id: string; name: string }[];
  groups: { kind: string; name: string }[];
  externalIds: { name: string; value: string }[];
  extensions: { number: string; displayName: string }[];
  version: number;
  updatedAt: string;
  credentials?: { endpoint?: string; secret?: string; pin?: string };
}

export interface UserSummary {
  lastCallAt: string | null;
  lastRegistrationAt: string | null;
}

export interface Group {
  id: string;
  kind: string;
  name: string;
  description: string | null;
  counts: { members: number };
}
