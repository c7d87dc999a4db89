/** `pbx.example:5070` in two; a host without a port has none. */
export function hostAndPort(text: string): { host: string; port: number | undefined } {
  const [, host = text, port] = /^([^:]+):(\d{1,5})$/.exec(text) ?? [];
  return { host, port: port === undefined ? undefined : Number(port) };
}
