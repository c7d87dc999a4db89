import { z } from 'zod';
import { PHONE_SETTINGS } from './settings.ts';

export const ROLL_OUT_KINDS = ['templates', 'firmware'] as const;

export const ROLL_OUT_STATES = ['ready', 'running', 'paused', 'done', 'canceled'] as const;
export type RollOutState = (typeof ROLL_OUT_STATES)[number];

export const ROLL_OUT_DEVICE_STATES = ['waiting', 'asked', 'done', 'failed', 'skipped'] as const;
export type RollOutDeviceState = (typeof ROLL_OUT_DEVICE_STATES)[number];

/** What may be done to a roll-out in which state. */
export const ROLL_OUT_STEPS = {
  start: { from: ['ready'], to: 'running' },
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  cancel: { from: ['ready', 'running', 'paused'], to: 'canceled' },
} as const satisfies Record<string, { from: readonly RollOutState[]; to: RollOutState }>;
export type RollOutStep = keyof typeof ROLL_OUT_STEPS;

export const rollOutLimitsSchema = z.strictObject({
  first: z.int().min(1).max(10_000).default(1).meta({ description: 'Phones of the first batch.' }),
  batch: z.int().min(1).max(10_000).default(50).meta({ description: 'Phones of each batch after it.' }),
  maxFailedShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .meta({ description: 'It pauses when more of the phones that were asked have failed. 0: at the first one.' }),
  waitMinutes: z
    .number()
    .min(0.1)
    .max(10_080)
    .default(30)
    .meta({ description: 'So long a phone has to fetch and to register; then it has failed.' }),
});
export type RollOutLimits = z.output<typeof rollOutLimitsSchema>;

/** What shall be brought to phones. */
export type RollOutTarget = { releaseHash: string } | { vendor: string; model: string; version: string };

export const firmwareVersionSchema = PHONE_SETTINGS['firmware.version'].schema;

/** Whether so many failures are too many; what was asked and is not decided counts as well. */
export function hasFailedTooOften(limits: RollOutLimits, counts: { failed: number; asked: number }): boolean {
  return counts.failed > 0 && counts.failed > limits.maxFailedShare * counts.asked;
}
