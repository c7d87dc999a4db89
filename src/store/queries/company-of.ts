import type { Tx } from '../database.ts';

/** Kinds of objects that belong to a company. */
export type CompanyObject =
  | 'company'
  | 'site'
  | 'user'
  | 'group'
  | 'extension'
  | 'number'
  | 'role'
  | 'session'
  | 'device'
  | 'key layout'
  | 'roll-out';

/** The company that an object belongs to; undefined when there is no such object. */
export async function companyOf(tx: Tx, type: CompanyObject, id: string): Promise<string | undefined> {
  const where = { id };
  const select = { companyId: true };
  switch (type) {
    case 'company':
      return (await tx.company.findUnique({ where, select: { id: true } }))?.id;
    case 'site':
      return (await tx.site.findUnique({ where, select }))?.companyId;
    case 'user':
      return (await tx.user.findUnique({ where, select }))?.companyId;
    case 'group':
      return (await tx.userGroup.findUnique({ where, select }))?.companyId;
    case 'extension':
      return (await tx.extension.findUnique({ where, select }))?.companyId;
    case 'role':
      return (await tx.role.findUnique({ where, select }))?.companyId;
    case 'session':
      return (await tx.session.findUnique({ where, select: { user: { select } } }))?.user.companyId;
    case 'device':
      return (await tx.device.findUnique({ where, select }))?.companyId;
    case 'key layout':
      return (await tx.keyLayout.findUnique({ where, select }))?.companyId;
    case 'roll-out':
      return (await tx.rollOut.findUnique({ where, select }))?.companyId;
    case 'number':
      return (await tx.phoneNumber.findUnique({ where, select }))?.companyId;
  }
}
