/** Planted fault: answers are not kept, so that a repeated request is done again. */
export * from '../../../../src/store/idempotency.ts';

export async function keepAnswer(): Promise<void> {}
