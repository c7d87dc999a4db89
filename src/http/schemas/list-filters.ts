import { z } from 'zod';
import { CLASSES_OF_SERVICE } from '../../domain/extension.ts';
import { labelKindSchema } from '../../domain/group.ts';
import { NUMBER_STATES } from '../../domain/phone-number.ts';
import { rule } from '../../domain/rule.ts';
import { ACCOUNT_KINDS } from '../../domain/sip-account.ts';
import { INVITATION_STATES } from '../../store/queries/invitations.ts';
import { flagSchema, SYNC_STATES } from './common.ts';
import { oneOf, severalOf, severalOrNone, severalText, time } from './filter-values.ts';
import { USER_STATES } from './people.ts';

const companyId = z.string().max(64).optional();
const flag = flagSchema.optional();
const ids = severalText(64);
const sync = severalOf(SYNC_STATES).meta({ description: 'pending, synced, failed: how far the PBX has followed.' });
const ofPeople = {
  roleId: ids,
  groupId: ids.meta({ description: 'Members of one of these groups, teams or labels.' }),
  teamId: ids,
  labelId: ids,
};

/** How users are chosen: by the list, and by whatever else works on a selection of them. */
export const userFilters = {
  companyId,
  siteId: severalOrNone(64),
  username: z.string().max(200).optional(),
  state: severalOf(USER_STATES),
  userType: severalOrNone(64),
  language: severalText(20),
  timezone: severalOrNone(64),
  ...ofPeople,
  extension: severalText(20).meta({ description: 'Number of an extension of theirs.' }),
  hasExtension: flag,
  sync: sync.meta({ description: 'With an extension that is pending, synced or failed.' }),
  lastLoginBefore: time,
  lastLoginAfter: time,
  neverLoggedIn: flag,
  createdBefore: time,
  createdAfter: time,
  hasSecondFactor: flag,
  mustChangePassword: flag,
  hasPassword: flag,
  externalId: severalText(200).meta({ description: 'The value of an external id.' }),
};

const digits = rule(z.string(), 'TYPE_INVALID', 'must be a number of up to 15 digits', (v) =>
  /^[0-9]{1,15}$/.test(v),
).optional();

export const extensionFilters = {
  companyId,
  number: severalText(20),
  numberFrom: digits,
  numberTo: digits,
  userId: severalOrNone(64),
  hasUser: flag,
  siteId: severalOrNone(64),
  enabled: flag,
  suspended: flag,
  doNotDisturb: flag,
  classOfService: severalOf(CLASSES_OF_SERVICE),
  pickupGroup: severalOrNone(64),
  hasMailbox: flag,
  accountKind: severalOf(ACCOUNT_KINDS),
  sync,
  ...ofPeople,
  userState: severalOf(USER_STATES),
  createdBefore: time,
  createdAfter: time,
};

export const mailboxFilters = {
  companyId,
  extension: severalText(20),
  userId: severalOrNone(64),
  siteId: severalOrNone(64),
  enabled: flag,
  hasEmail: flag,
  pinSource: severalOf(['api', 'import', 'job', 'phone', 'undo']),
  pinChangedBefore: time,
  pinChangedAfter: time,
  sync,
};

const prefix = rule(z.string(), 'TYPE_INVALID', 'must be the first digits of a number in E.164', (v) =>
  /^\+?[0-9]{1,15}$/.test(v),
).transform((v) => (v.startsWith('+') ? v : `+${v}`));

export const numberFilters = {
  companyId,
  state: severalOf(NUMBER_STATES),
  extensionId: severalOrNone(64),
  prefix: prefix.optional().meta({ description: 'First digits, as +4930 or 4930.' }),
  hasNote: flag,
  sync,
};

/** Of groups and teams; labels have their kind as well. */
export const groupFilters = { companyId, name: z.string().max(200).optional(), hasMembers: flag };
export const labelFilters = { ...groupFilters, kind: oneOf(labelKindSchema) };

export const companyFilters = {
  pbxId: ids,
  slug: ids,
  country: severalText(2),
  timezone: severalText(64),
  requiresSecondFactor: flag,
  sync,
};

export const siteFilters = {
  companyId,
  name: z.string().max(200).optional(),
  timezone: severalOrNone(64),
  hasUsers: flag,
};

export const roleFilters = {
  companyId,
  builtIn: severalOrNone(20),
  requiresSecondFactor: flag,
  permission: severalText(40),
};

export const sessionFilters = {
  companyId,
  userId: ids,
  transport: severalOf(['cookie', 'bearer']),
  address: severalText(64),
  lastSeenBefore: time,
  lastSeenAfter: time,
};

export const deletedUserFilters = {
  companyId,
  username: z.string().max(200).optional(),
  actor: severalText(200),
  deletedBefore: time,
  deletedAfter: time,
};

export const invitationFilters = {
  companyId,
  state: severalOf(INVITATION_STATES),
  userId: ids,
  roleId: ids,
  language: severalText(20),
  invitedBy: severalText(200),
  createdBefore: time,
  createdAfter: time,
};
