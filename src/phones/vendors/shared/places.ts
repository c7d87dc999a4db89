import type { PhoneLine, PhoneView } from '../../phone-view.ts';

/** A place for an account; without a line where none is, or where it is switched off: a phone forgets only what it is told. */
export interface AccountPlace {
  index: number;
  line: PhoneLine | undefined;
}

/** Every account that the model has. */
export function accountPlaces({ lines, model }: PhoneView): AccountPlace[] {
  return Array.from({ length: model.accounts }, (_, place) => {
    const line = lines.find(({ index }) => index === place + 1);
    return { index: place + 1, line: line?.isEnabled ? line : undefined };
  });
}
