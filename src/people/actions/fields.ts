import { z } from 'zod';
import { text } from '../../domain/text.ts';
import { timezoneSchema } from '../../domain/timezone.ts';
import { languageSchema } from '../../domain/user.ts';
import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { type MassAction, type MassContext, massAction } from '../../store/mass-action.ts';
import { setForEachUser, setForUsers, type UserInSet, usersInSet } from '../../store/user-set.ts';
import { checkUserType } from '../company-lists.ts';
import { badReference } from '../context.ts';
import { auditUsers } from './audit-users.ts';
import { failure, idsOf, judge, judgeUndo, undone, type Why } from './judge.ts';

type Column = 'siteId' | 'timezone' | 'language' | 'userType' | 'mustChangePassword';
type Value = string | boolean | null;

/** One column of users that gets the same value for all of them. */
interface FieldAction<P> {
  name: string;
  title: string;
  column: Column;
  params: z.ZodType<P>;
  value(params: P): Value;
  /** Whether the company has what is wanted, or had before. @throws REFERENCE_INVALID */
  check?(tx: Tx, companyId: string, value: Value): Promise<void>;
  /** To whom nothing is to be done, besides those who have the value. */
  isIdle?(user: UserInSet): boolean;
  /** Logins may end by it: the caller's own would take the job with them. */
  self?: boolean;
  /** In the activity log. */
  verb?: string;
}

/** The fields of a user that are worth setting for many. null clears. */
export const fieldActions: readonly MassAction[] = [
  fieldAction<{ siteId: string | null }>({
    name: 'set-site',
    title: 'Move users to a site, or to none',
    column: 'siteId',
    params: z.strictObject({ siteId: z.string().max(64).nullable() }),
    value: ({ siteId }) => siteId,
    async check(tx, companyId, id) {
      if (typeof id !== 'string' || (await tx.site.count({ where: { id, companyId } })) === 1) return;
      throw badReference('params.siteId', 'site');
    },
  }),
  fieldAction<{ timezone: string | null }>({
    name: 'set-timezone',
    title: 'Set the time zone of users, or leave it to their site',
    column: 'timezone',
    params: z.strictObject({ timezone: timezoneSchema.nullable() }),
    value: ({ timezone }) => timezone,
  }),
  fieldAction<{ language: string }>({
    name: 'set-language',
    title: 'Set the language of users',
    column: 'language',
    params: z.strictObject({ language: languageSchema }),
    value: ({ language }) => language,
  }),
  fieldAction<{ userType: string | null }>({
    name: 'set-user-type',
    title: 'Set the type of users, or take it away',
    column: 'userType',
    params: z.strictObject({ userType: text(40).nullable() }),
    value: ({ userType }) => userType,
    check: (tx, companyId, value) => checkUserType(tx, companyId, value as string | null),
  }),
  fieldAction({
    name: 'require-password-change',
    title: 'Let users choose another password at their next login',
    column: 'mustChangePassword',
    params: z.strictObject({}),
    value: () => true,
    isIdle: ({ hasPassword }) => !hasPassword,
    self: true,
    verb: 'password.change_required',
  }),
];

function fieldAction<P>(field: FieldAction<P>): MassAction {
  const {
    name,
    title,
    column,
    params,
    value,
    check,
    self = false,
    verb = 'user.updated',
    isIdle = () => false,
  } = field;
  const troubleOf = async (tx: Tx, companyId: string, wanted: Value): Promise<Why | undefined> => {
    try {
      await check?.(tx, companyId, wanted);
      return undefined;
    } catch (error) {
      if (!isLinekeeperError(error)) throw error;
      return { code: error.code, message: messageOf(error) };
    }
  };
  return massAction<P>({
    ...{ name, title, params, on: 'users', needs: 'users:write' },
    check: async (tx, { companyId }, given) => check?.(tx, companyId, value(given)),
    async apply(tx, context, objects, given) {
      const wanted = value(given);
      const trouble = await troubleOf(tx, context.companyId, wanted);
      // What was there when the job was made may be gone since.
      if (trouble !== undefined) return objects.map(({ id }) => failure(id, trouble));
      const users = await usersInSet(tx, context.companyId, idsOf(objects));
      const isSame = (user: UserInSet) => user[column] === wanted || isIdle(user);
      const going = users.filter((user) => !isSame(user));
      const { may, failed } = await judge(tx, context, going, { self });
      await setForUsers(tx, idsOf(may), column, wanted);
      await auditUsers(tx, context.actor, verb, may, (user) => ({ [column]: [user[column], wanted] }));
      return [
        ...failed,
        ...users.filter(isSame).map(({ id }) => ({ id, result: 'unchanged' as const })),
        ...may.map((user) => ({
          id: user.id,
          result: 'updated' as const,
          before: user[column],
          version: user.version + 1,
          changes: { [column]: [user[column], wanted] },
        })),
      ];
    },
    async undo(tx, context: MassContext, rows) {
      const users = await usersInSet(tx, context.companyId, idsOf(rows));
      const { may, refused } = await judgeUndo(tx, context, rows, users, { self });
      const troubles = new Map<Value, Why | undefined>();
      for (const before of new Set(may.map((one) => one.before as Value))) {
        troubles.set(before, await troubleOf(tx, context.companyId, before));
      }
      const back = may
        .filter(({ before }) => troubles.get(before as Value) === undefined)
        .map(({ user, before }) => ({ ...user, value: before as Value }));
      await setForEachUser(tx, column, back);
      await auditUsers(tx, context.actor, verb, back, (user) => ({ [column]: [user[column], user.value] }));
      const gone = may.filter(({ before }) => troubles.get(before as Value) !== undefined);
      return [
        ...refused,
        ...gone.map(({ user, before }) => ({
          id: user.id,
          ok: false,
          reason: troubles.get(before as Value)?.message ?? '',
        })),
        ...undone(idsOf(back)),
      ];
    },
  });
}
