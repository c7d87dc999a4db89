import type { TableFormat } from './format.ts';
import { phoneNumber } from './phone.ts';

/** Destinations that are an extension: `from-did-direct,1001,1` and `ext-local,1001,1`; `vmu1001` is its mailbox. */
const EXTENSION = /^(?:from-did-direct|ext-local),([0-9]{2,10}),(?:1|dest)$/;

/** FreePBX Bulk Handler > DIDs: the inbound routes (`getAllDIDs` in Core.class.php). `extension` is the number dialled. */
export const freepbxDids: TableFormat = {
  name: 'freepbx-dids',
  title: 'FreePBX Bulk Handler: DIDs',
  table: 'numbers',
  columns: ['phone_number', 'extension', 'note'],
  reads: ['extension', 'cidnum', 'destination', 'description'],
  recognises: (has) => has('extension') && has('destination') && has('cidnum'),
  map(row, draft, { country }) {
    const did = row.get('extension');
    const number = phoneNumber(did, country);
    if (row.get('cidnum') !== '') return draft.skip('cidnum', 'a route for certain callers is not kept');
    if (did === '') return draft.skip('extension', 'the route for all other numbers is not kept');
    if (number === undefined) return draft.skip('extension', 'is a pattern or no phone number');
    draft.set('phone_number', number);
    draft.set('note', row.get('description'));
    const destination = row.get('destination');
    const extension = EXTENSION.exec(destination)?.[1];
    if (extension !== undefined) draft.set('extension', extension);
    else if (destination !== '') draft.drop('destination', 'leads to no extension: the number is kept without one');
  },
};
