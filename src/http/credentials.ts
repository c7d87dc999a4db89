import type { View } from '../store/queries/page.ts';

/** Adds what is shown in this one answer; nothing when there is nothing new. */
export function withCredentials(view: View, shownOnce: Record<string, unknown>): View {
  const credentials = Object.fromEntries(Object.entries(shownOnce).filter(([, value]) => value !== undefined));
  return Object.keys(credentials).length === 0 ? view : { ...view, credentials };
}
