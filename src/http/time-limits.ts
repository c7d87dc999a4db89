/**
 * How long both doors wait (milliseconds). `requestTimeout` is to receive a request, not to answer it: a CSV file over a slow
 * line, or through a slow pipe into the CLI, is the longest. Who only dribbles headers is gone after `headersTimeout`; a body is
 * awaited of those who have a token, or may open the socket file.
 */
export const TIME_LIMITS = { requestTimeout: 300_000, headersTimeout: 20_000, keepAliveTimeout: 72_000 } as const;
