import { deviceInWords } from '../domain/device-words.ts';
import type { View } from '../store/queries/page.ts';
import type { PageAnswer } from './read.ts';

/** Adds what people recognise a session by. */
export function sessionViews(page: PageAnswer, current: string | undefined): PageAnswer {
  return { ...page, items: page.items.map((item) => sessionView(item, current)) };
}

/** `fields` may have left anything out. */
function sessionView(item: View, current: string | undefined): View {
  return {
    ...item,
    ...('userAgent' in item ? { device: deviceInWords(item.userAgent as string | null) } : {}),
    ...('id' in item ? { isCurrent: item.id === current } : {}),
  };
}
