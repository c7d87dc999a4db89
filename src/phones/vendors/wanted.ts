import type { PhoneLine, PhoneView } from '../phone-view.ts';

/** Where lines register, `host:port`. */
export function registrarOf(phone: PhoneView): string {
  const { host, port } = registrarParts(phone);
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function registrarParts({ settings, registrar }: PhoneView): { host: string; port: number } {
  return { host: settings['sip.host'] ?? registrar.host, port: settings['sip.port'] ?? registrar.port };
}

/** Codecs that are wanted and that the model has, best first; never none: every phone has G.711. */
export function wantedCodecs({ settings, model }: PhoneView, line: PhoneLine | undefined): readonly string[] {
  const wanted: readonly string[] = settings.codecs ?? line?.codecs ?? [];
  const able = wanted.filter((codec) => model.codecs.includes(codec));
  return able.length === 0 ? model.codecs.filter((codec) => codec === 'alaw' || codec === 'ulaw') : able;
}

export function adminPassword({ settings, passwords }: PhoneView): string {
  return settings['admin.password'] ?? passwords.admin;
}

export function userPassword({ settings, passwords }: PhoneView): string {
  return settings['user.password'] ?? passwords.user;
}

/** Address of the company's phonebook; undefined: none. */
export function phonebookUrl({ settings, phonebookName, access }: PhoneView): string | undefined {
  return settings['phonebook.enabled'] === false || phonebookName === undefined
    ? undefined
    : new URL(phonebookName, access.url).href;
}
