import type { PhoneView } from '../../phone-view.ts';
import type { MapperContext, NativeParam } from '../mapper.ts';
import { deskCodes, portCodes } from './account-codes.ts';
import { fleetValues } from './fleet-values.ts';
import { keyValues } from './keys.ts';
import { p } from './param.ts';
import { profileValues } from './profile-values.ts';
import { lineValues, serverValues } from './server-values.ts';

/** A phone in P-values (config version 1): desk phones, adapters, DECT bases. */
export function pValues(phone: PhoneView, context: MapperContext): NativeParam[] {
  return [...accounts(phone), ...fleetValues(phone, context), ...keyValues(phone)];
}

function accounts(phone: PhoneView): NativeParam[] {
  const { layout } = phone.model.caps;
  if (layout === 'profile') return profileValues(phone);
  const codes = layout === 'ports' ? portCodes : deskCodes;
  return Array.from({ length: phone.model.accounts }, (_, at) => at + 1).flatMap((index) => {
    const line = phone.lines.find((one) => one.index === index);
    // An account that is no longer there must go from the phone as well, with its secret.
    return line === undefined
      ? [p(codes(index).active, 0), p(codes(index).secret, '')]
      : [...lineValues(codes(index), line), ...serverValues(codes(index), phone, line)];
  });
}
