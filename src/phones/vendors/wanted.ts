import type { PhoneLine, PhoneView } from '../phone-view.ts';

/** Where lines register, `host:port`. */
export function registrarOf({ registrar: { host, port } }: PhoneView): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Codecs that the line wants and the model has, best first; never none: every phone has G.711. */
export function wantedCodecs({ model }: PhoneView, line: PhoneLine | undefined): readonly string[] {
  const able = (line?.codecs ?? []).filter((codec) => model.codecs.includes(codec));
  return able.length === 0 ? model.codecs.filter((codec) => codec === 'alaw' || codec === 'ulaw') : able;
}

/** Address of the folder that the phone's firmware is in; undefined: it keeps what it has. */
export function firmwareFolder({ access, firmwareTarget }: PhoneView): string | undefined {
  return firmwareTarget && new URL('.', new URL(`firmware/${firmwareTarget.file}`, access.url)).href;
}
