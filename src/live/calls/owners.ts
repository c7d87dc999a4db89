import type { Directory } from '../directory.ts';
import type { Call } from './call.ts';
import type { Leg } from './leg.ts';

export interface Owners {
  /** Fills in who stands behind the legs of these calls, and whose the calls are: one question for all names. */
  resolve(calls: Iterable<Call>): Promise<void>;
}

export function createOwners(directory: Directory, pbxId: string): Owners {
  async function companyOf(call: Call): Promise<void> {
    let context: string | undefined;
    let comesFromOutside = false;
    for (const leg of call.legs.values()) {
      if (leg.owner) {
        call.companyId = leg.owner.companyId;
        return;
      }
      if (leg.context.startsWith('lk-')) context ??= leg.context;
      if (leg.role === 'caller' && leg.context === 'linekeeper-incoming') comesFromOutside = true;
    }
    if (call.companyId !== undefined) return;
    const number = comesFromOutside ? e164Of(call.dialled ?? '') : undefined;
    const found = number === undefined ? undefined : await directory.number(number);
    call.numberOwner = found?.extensionId ?? null;
    const ofContext = found || context === undefined ? undefined : await directory.companyOfContext(pbxId, context);
    call.companyId = found?.companyId ?? ofContext ?? null;
  }

  return {
    async resolve(calls) {
      const unknown: Leg[] = [];
      for (const call of calls) {
        for (const leg of call.legs.values()) if (leg.owner === undefined) unknown.push(leg);
      }
      if (unknown.length > 0) {
        const names = [...new Set(unknown.map((leg) => leg.endpoint ?? ''))];
        const found = await directory.endpoints(pbxId, names);
        for (const leg of unknown) leg.owner = found.get(leg.endpoint ?? '') ?? null;
      }
      for (const call of calls) if (!call.companyId) await companyOf(call);
    },
  };
}

/** As the dialplan reads it: `+49..`, `0049..` and `49..` are the same number. */
function e164Of(dialled: string): string | undefined {
  const digits = dialled.replace(/[^0-9]/g, '').replace(/^00/, '');
  return digits === '' ? undefined : `+${digits}`;
}
