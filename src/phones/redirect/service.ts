import { LinekeeperError } from '../../errors.ts';

/** Something that a service asks for: of the account, or of each phone besides its MAC address. */
export interface RedirectField {
  name: string;
  label: string;
  isSecret: boolean;
  isRequired: boolean;
}

/** A phone as a redirect service is told of it. */
export interface RedirectPhone {
  /** 12 hexadecimal digits, lower case. */
  mac: string;
  /** By the names of `fields`. */
  extras: Readonly<Record<string, string>>;
}

/** A login at a service. Everything throws REDIRECT_REFUSED; `signal` ends what is under way. */
export interface RedirectClient {
  /** Whether the login is good. */
  check(signal: AbortSignal): Promise<void>;
  /** Sends the phone to `url`; returns when the service shows it that way. May be repeated. */
  list(phone: RedirectPhone, url: string, signal: AbortSignal): Promise<void>;
  /** Forgets the phone; one that is not there is no error. */
  remove(phone: RedirectPhone, signal: AbortSignal): Promise<void>;
}

/** Where a vendor's phones ask first when they are new. */
export interface RedirectService {
  id: string;
  name: string;
  /** Vendors whose phones ask there. */
  vendors: readonly string[];
  /** Where it is unless the account says otherwise. */
  url: string;
  credentials: readonly RedirectField[];
  fields: readonly RedirectField[];
  /** Whether an account may have this address: the daemon talks to it in everybody's name. */
  isAddress(url: URL): boolean;
  open(url: string, credentials: Readonly<Record<string, string>>): RedirectClient;
}

export interface Refusal {
  /** Asking again will not help until somebody changes something. */
  isPermanent: boolean;
  /** Milliseconds that the service wants to be left alone. */
  retryAfterMs?: number | undefined;
}

/** Why a service did not do it, in words without addresses and secrets. */
export function refused(message: string, { isPermanent, retryAfterMs }: Refusal): LinekeeperError {
  return new LinekeeperError('REDIRECT_REFUSED', message, {
    details: { isPermanent, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  });
}

export function refusalOf(error: LinekeeperError): Refusal {
  const { isPermanent, retryAfterMs } = error.details ?? {};
  return {
    isPermanent: isPermanent === true,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  };
}
