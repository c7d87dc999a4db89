import type { TopicName } from '../../feed-client/index.ts';
import type { Connection, LiveQuery } from './connect.ts';

/** Prints a line of JSON for each snapshot, each event and each gap, for as long as the process lives. */
export function printLines(
  { feed, refuse, failed }: Connection,
  topics: readonly TopicName[],
  query: LiveQuery,
  print: (line: string) => void,
): Promise<never> {
  for (const topic of topics) {
    const tell = (what: object) => print(JSON.stringify({ topic, ...what }));
    feed.subscribe(topic, {
      ...query,
      onSnapshot: (items) => tell({ op: 'snapshot', items: [...items.values()] }),
      onEvents: (events) => {
        for (const event of events) tell(event);
      },
      onGap: (reason) => tell({ op: 'missed', reason }),
      onRefused: refuse,
    });
  }
  return failed;
}
