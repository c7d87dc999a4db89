import { z } from 'zod';

/** An instant: ISO 8601 in UTC, milliseconds. */
export const feedTime = z.iso.datetime();
/** Of ours: a UUID. Of a call or a channel: what the PBX calls it. */
export const feedId = z.string().max(200);
/** Text from outside (a caller's name). Control characters are shown as escapes; markup is text and nothing else. */
export const feedText = z.string().max(1300);
