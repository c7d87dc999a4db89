/** Milliseconds and sizes of the listener for phones. */
export const PHONE_HTTP_LIMITS = {
  /** Of a whole request with its body; phones upload logs over slow lines. */
  requestTimeout: 60_000,
  headersTimeout: 10_000,
  /** How often the two above are looked at. */
  connectionsCheckingInterval: 2000,
  /** Phones ask for a dozen files in a row, and then for nothing until tomorrow. */
  keepAliveTimeout: 15_000,
  handshakeTimeout: 10_000,
  maxHeaderSize: 16_384,
  maxConnections: 8000,
};

export type PhoneHttpLimits = typeof PHONE_HTTP_LIMITS;
