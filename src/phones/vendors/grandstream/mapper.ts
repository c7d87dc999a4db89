import type { VendorMapper } from '../mapper.ts';
import { aliases } from './aliases.ts';
import { accessValues, hourlyValues } from './fleet-values.ts';
import { pValues } from './p-values.ts';

export const mapper: VendorMapper = {
  // P-values: which phone asks is not always known yet, and all understand them.
  stage1: (phone) => ({ params: [...accessValues(phone), ...hourlyValues()], version: 1 }),
  device: (phone, context) =>
    phone.model.caps.layout === 'names'
      ? { params: aliases(phone, context), version: 2 }
      : { params: pValues(phone, context), version: 1 },
  phonebook: ({ phonebook }) => ({ params: [], contacts: phonebook }),
};
