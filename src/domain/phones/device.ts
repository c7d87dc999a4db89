/** pending: its first address is answered while the window is open. suspended: nothing is. */
export const DEVICE_STATES = ['pending', 'active', 'suspended'] as const;

/** How far the last change of a phone's files has come. */
export const FOLLOW_STATES = ['queued', 'postponed', 'sent', 'fetched', 'registered', 'timeout', 'failed'] as const;
export type FollowState = (typeof FOLLOW_STATES)[number];

/** What an operator is shown: the furthest step that was seen. */
export const PROGRESS = ['never_seen', 'stage1_fetched', 'fetched', 'registered'] as const;

export const NOTIFY_KINDS = ['resync', 'reboot'] as const;
export type NotifyKind = (typeof NOTIFY_KINDS)[number];

/** Lines that a device may have at most, whatever its model says. */
export const MAX_DEVICE_LINES = 48;
/** Days of uploads, bytes of one and of all of one device. */
export const UPLOAD_LIMITS = { bytes: 524_288, deviceBytes: 4_194_304 } as const;
