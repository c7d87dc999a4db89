import type { PhoneLine, PhoneView } from '../phone-view.ts';

/** A line's codecs in a vendor's words, best first: those that the model has and `names` knows. */
export function lineCodecs(
  { settings, model }: PhoneView,
  line: PhoneLine,
  names: Readonly<Record<string, string>>,
): string[] {
  return (settings.codecs ?? line.codecs).flatMap((codec) => {
    const name = model.codecs.includes(codec) ? names[codec] : undefined;
    return name === undefined ? [] : [name];
  });
}
