import type { VendorMapper } from '../mapper.ts';
import { accounts } from './accounts.ts';
import { accessParams, fleet, hourly } from './fleet.ts';
import { keys } from './keys.ts';

/** Htek, and Sangoma's S series: the same phones under two names. */
export const mapper: VendorMapper = {
  stage1: (phone) => ({ params: [...accessParams(phone), hourly()] }),
  device: (phone, context) => ({ params: [...accounts(phone), ...fleet(phone, context), ...keys(phone)] }),
  phonebook: ({ phonebook }) => ({ params: [], contacts: phonebook }),
};
