/**
 * Every error a caller may see. Codes are API: they never change meaning. Messages are for people and may be reworded.
 * HTTP_STATUS is exhaustive by type: a new code does not compile until it has a status.
 */
export const HTTP_STATUS = {
  // requests
  VALIDATION_FAILED: 400,
  BODY_INVALID: 400,
  CURSOR_INVALID: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  IDEMPOTENCY_IN_PROGRESS: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_MANY_REQUESTS: 429,
  // getting in
  INVALID_CREDENTIALS: 401,
  SECOND_FACTOR_WRONG: 401,
  ACCOUNT_NOT_ACTIVE: 403,
  PASSWORD_EXPIRED: 403,
  PASSWORD_CHANGE_REQUIRED: 403,
  SECOND_FACTOR_REQUIRED: 403,
  ORIGIN_REFUSED: 403,
  RIGHTS_NOT_HELD: 403,
  LINK_INVALID: 410,
  PASSWORD_WEAK: 422,
  LOGIN_BUSY: 503,
  // people
  ALREADY_MEMBER: 409,
  INVITATION_EXISTS: 409,
  INVITATION_NEEDS_LOGIN: 409,
  INVITATION_STATE_INVALID: 409,
  DOMAIN_NOT_ALLOWED: 422,
  LAST_ADMINISTRATOR: 409,
  ROLE_BUILT_IN: 409,
  ROLE_IN_USE: 409,
  USER_STATE_INVALID: 409,
  USER_TYPE_IN_USE: 409,
  LABEL_KIND_IN_USE: 409,
  EXTERNAL_ID_TAKEN: 409,
  IMAGE_INVALID: 422,
  SECOND_FACTOR_STATE_INVALID: 409,
  CONTACT_MISSING: 409,
  SMS_NOT_SENT: 502,
  RESTORE_NOT_POSSIBLE: 409,
  BROADCAST_STATE_INVALID: 409,
  MAIL_STATE_INVALID: 409,
  ACTIVITY_CHAIN_BROKEN: 409,
  // domain
  COMPANY_SLUG_TAKEN: 409,
  COMPANY_NOT_EMPTY: 409,
  EXTENSION_TAKEN: 409,
  EXTENSION_OUT_OF_RANGE: 422,
  EXTENSION_RANGE_FULL: 409,
  SIP_ACCOUNT_LAST: 409,
  SIP_ACCOUNT_LIMIT: 409,
  MAILBOX_EXISTS: 409,
  PIN_WEAK: 422,
  NUMBER_TAKEN: 409,
  NUMBER_NOT_ASSIGNABLE: 409,
  USERNAME_TAKEN: 409,
  SITE_IN_USE: 409,
  PBX_NAME_TAKEN: 409,
  PBX_IN_USE: 409,
  REFERENCE_INVALID: 422,
  // PBX
  PBX_UNREACHABLE: 503,
  PBX_LOGIN_REFUSED: 503,
  PBX_RIGHTS_TOO_WIDE: 503,
  AMI_TIMEOUT: 504,
  AMI_CLOSED: 503,
  AMI_REFUSED: 502,
  AMI_LIST_SHORT: 502,
  AMI_UNSAFE_VALUE: 422,
  AMI_LINE_TOO_LONG: 422,
  AMI_ACTION_FORBIDDEN: 500,
  CHANGED_MEANWHILE: 409,
  ENDPOINT_TAKEN_ON_PBX: 409,
  ENDPOINT_NOT_ADOPTABLE: 409,
  VERIFY_MISMATCH: 502,
  PLAN_NOT_FOUND: 404,
  PLAN_NEEDS_APPROVAL: 409,
  REGISTRATION_FAILED: 502,
  REGISTRATION_WOULD_EVICT: 409,
  // live
  CALL_STATE_INVALID: 409,
  PBX_ACTIONS_UNAVAILABLE: 409,
  PHONE_NOT_REGISTERED: 409,
  ACTION_NOT_CONFIRMED: 502,
  FEED_MESSAGE_INVALID: 400,
  FEED_BUSY: 503,
  UPGRADE_REQUIRED: 426,
  FEED_TOO_SLOW: 503,
  // desk phones
  MAC_TAKEN: 409,
  DEVICE_STATE_INVALID: 409,
  DEVICE_NOT_RENDERABLE: 422,
  DEVICE_LINE_TAKEN: 409,
  KEYS_OVERFLOW: 422,
  KEY_LAYOUT_IN_USE: 409,
  PHONE_SETTING_INVALID: 422,
  TEMPLATE_INVALID: 422,
  ROLL_OUT_STATE_INVALID: 409,
  REDIRECT_REFUSED: 502,
  // jobs
  JOB_STATE_INVALID: 409,
  JOB_NOT_UNDOABLE: 409,
  PREVIEW_TOKEN_INVALID: 409,
  SELECTION_EMPTY: 422,
  CSV_INVALID: 422,
  CSV_TOO_MANY_ROWS: 413,
  CREDENTIALS_ALREADY_TAKEN: 410,
  // process
  CONFIG_INVALID: 500,
  DATABASE_LOCKED_BY_OTHER: 503,
  DATABASE_BUSY: 503,
  DATABASE_FULL: 507,
  DATABASE_CORRUPT: 500,
  KEY_MISMATCH: 500,
  EMBEDDED_PBX_FAILED: 500,
  INTERNAL: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof HTTP_STATUS;

/** Codes after which the same request may succeed later without anybody changing it. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PBX_UNREACHABLE',
  'PBX_LOGIN_REFUSED',
  'AMI_TIMEOUT',
  'AMI_CLOSED',
  'AMI_LIST_SHORT',
  'AMI_REFUSED',
  'CHANGED_MEANWHILE',
  'VERIFY_MISMATCH',
  'DATABASE_BUSY',
  'DATABASE_FULL',
  'LOGIN_BUSY',
  'FEED_BUSY',
  'FEED_TOO_SLOW',
  'SMS_NOT_SENT',
]);

/** One wrong field of a request or of a CSV row. `path` is dotted (`mailbox.pin`); `code` is stable. */
export interface FieldError {
  path: string;
  code: string;
  message: string;
}

export interface LinekeeperErrorOptions {
  cause?: unknown;
  /** Safe to show to the caller; never a secret. */
  details?: Record<string, unknown>;
  fields?: FieldError[];
}

/** The one error class. Anything else that is thrown is a bug and is answered with INTERNAL. */
export class LinekeeperError extends Error {
  override readonly name = 'LinekeeperError';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  readonly fields: FieldError[] | undefined;

  constructor(code: ErrorCode, message: string, options: LinekeeperErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.fields = options.fields;
  }

  get status(): number {
    return HTTP_STATUS[this.code];
  }

  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}

export function isLinekeeperError(error: unknown): error is LinekeeperError {
  return error instanceof LinekeeperError;
}

/** The message of anything thrown, for a reason shown to an operator. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
