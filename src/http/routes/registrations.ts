import { z } from 'zod';
import {
  type LiveMailbox,
  type LiveRegistration,
  mailboxCountSchema,
  registrationSchema,
} from '../../domain/feed/registration.ts';
import { livePage, liveQuery } from '../live-page.ts';
import { listRoute } from '../route-options.ts';
import type { ApiPlugin } from '../types.ts';

/** What the routes show; made by the composition root. Of all PBXs. */
export interface LivePhones {
  registrations(): readonly LiveRegistration[];
  mailboxes(): readonly LiveMailbox[];
}

const STATES = ['registered', 'unreachable', 'gone'] as const;

const phonesQuery = liveQuery(registrationSchema, {
  state: z.enum(STATES).optional().meta({ description: 'unreachable: no phone answers the PBX. gone: there is none.' }),
});
const mailboxesQuery = liveQuery(mailboxCountSchema, {});

/** Phones and messages as they are now. */
export function registrationRoutes(live: LivePhones): ApiPlugin {
  return (app) => {
    const phones = {
      tag: 'live',
      operationId: 'listLiveRegistrations',
      summary: 'SIP accounts that have a phone, or had one since the start',
    };
    app.get('/registrations', listRoute(phones, phonesQuery, registrationSchema, 'calls:read'), async (request) => {
      const { state } = request.query;
      const isWanted = (item: LiveRegistration) => state === undefined || stateOf(item) === state;
      return livePage(request.principal, request.query, live.registrations(), isWanted);
    });

    const mailboxes = {
      tag: 'live',
      operationId: 'listMailboxCounts',
      summary: 'Mailboxes that hold messages, or did since the start',
    };
    app.get(
      '/mailbox-counts',
      listRoute(mailboxes, mailboxesQuery, mailboxCountSchema, 'calls:read'),
      async (request) => livePage(request.principal, request.query, live.mailboxes()),
    );
  };
}

function stateOf({ contacts }: LiveRegistration): (typeof STATES)[number] {
  if (contacts.length === 0) return 'gone';
  return contacts.every(({ status }) => status === 'unreachable') ? 'unreachable' : 'registered';
}
