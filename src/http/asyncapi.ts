import type { z } from 'zod';
import {
  eventsSchema,
  feedErrorSchema,
  gapSchema,
  helloSchema,
  pingSchema,
  pongSchema,
  resumedSchema,
  snapshotSchema,
  subscribeSchema,
  unsubscribeSchema,
} from '../domain/feed/protocol.ts';
import { TOPIC_NAMES, TOPICS, type TopicName } from '../domain/feed/topics.ts';
import { createSchemas } from './asyncapi-schemas.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

type Json = Record<string, unknown>;

const CLIENT = { subscribe: subscribeSchema, unsubscribe: unsubscribeSchema, ping: pingSchema };
const SERVER = {
  hello: helloSchema,
  resumed: resumedSchema,
  gap: gapSchema,
  error: feedErrorSchema,
  pong: pongSchema,
};

const ref = (path: string) => ({ $ref: `#/${path}` });
/** Operations name messages by way of the channel. */
const told = (...names: string[]) => names.map((name) => ref(`channels/live/messages/${name}`));
const snapshotOf = (topic: string) => `${topic}Snapshot`;
const eventsOf = (topic: string) => `${topic}Events`;

/**
 * The feed as an AsyncAPI 3.0 document, made of the schemas that judge its frames. `snapshot` and `events` are there once
 * for each topic, with what its items are.
 */
export function asyncApiDocument(version: string): Json {
  const { add, name, schemas } = createSchemas();
  const message = (title: string, payload: Json, summary?: string) => ({
    name: title,
    contentType: 'application/json',
    ...(summary === undefined ? {} : { summary }),
    payload,
  });
  const plain = (frames: Record<string, z.ZodType>) =>
    Object.entries(frames).map(([title, schema]) => [title, message(title, add(schema), schema.meta()?.description)]);

  const snapshot = add(snapshotSchema);
  const events = add(eventsSchema);
  const typed = TOPIC_NAMES.flatMap((topic) => {
    const item = add(TOPICS[topic].item);
    const stream = { type: 'string', pattern: `^${topic}(/|$)` };
    const items = { items: { type: 'array', items: item } };
    const changes = { type: 'array', items: { properties: { item } } };
    const shot = name(snapshotOf(topic), { allOf: [snapshot, { properties: { stream, ...items } }] });
    const news = name(eventsOf(topic), { allOf: [events, { properties: { stream, events: changes } }] });
    return [
      [snapshotOf(topic), message('snapshot', shot, `Present items of \`${topic}\``)],
      [eventsOf(topic), message('events', news, `Changes of \`${topic}\``)],
    ];
  });
  const messages = Object.fromEntries([...plain(CLIENT), ...plain(SERVER), ...typed]) as Record<string, Json>;

  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Linekeeper feed',
      version,
      description: 'What happens now, numbered, over a websocket. docs/feed.md tells what a client must do.',
    },
    defaultContentType: 'application/json',
    servers: {
      daemon: {
        host: '{host}',
        protocol: 'wss',
        description: '`ws` where the daemon is asked without TLS, as on its own machine.',
        variables: { host: { description: 'Where the API is: host and port.', default: 'localhost:8080' } },
        security: [ref('components/securitySchemes/token'), ref('components/securitySchemes/cookie')],
      },
    },
    channels: {
      live: {
        address: '/api/v1/live',
        title: 'The feed',
        servers: [ref('servers/daemon')],
        messages: Object.fromEntries(
          Object.keys(messages).map((title) => [title, ref(`components/messages/${title}`)]),
        ),
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      ...operationsOfClients(),
      ...Object.fromEntries(TOPIC_NAMES.map((topic) => [topic, operationOfTopic(topic)])),
      hello: { action: 'send', channel: ref('channels/live'), summary: 'Greet', messages: told('hello') },
    },
    components: {
      schemas,
      messages,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token (lk_...) or that of a login (lks_...).' },
        cookie: {
          type: 'httpApiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: 'The login of a browser; `Origin` must be ours.',
        },
      },
    },
  };
}

function operationsOfClients(): Json {
  const answered = (summary: string, by: string, ...answers: string[]) => ({
    action: 'receive',
    channel: ref('channels/live'),
    summary,
    messages: told(by),
    reply: { channel: ref('channels/live'), messages: told(...answers) },
  });
  const news = TOPIC_NAMES.flatMap((topic) => [snapshotOf(topic), eventsOf(topic)]);
  return {
    subscribe: answered('Follow a topic', 'subscribe', 'resumed', 'gap', 'error', ...news),
    unsubscribe: {
      action: 'receive',
      channel: ref('channels/live'),
      summary: 'Follow it no more',
      messages: told('unsubscribe'),
    },
    ping: answered('Ask whether the daemon is there', 'ping', 'pong'),
  };
}

function operationOfTopic(topic: TopicName): Json {
  const { about, needs } = TOPICS[topic];
  const who = needs === 'self' ? 'For any user who is logged in.' : `Needs the permission \`${needs}\`.`;
  return {
    action: 'send',
    channel: ref('channels/live'),
    title: topic,
    summary: about,
    description: who,
    messages: told(snapshotOf(topic), eventsOf(topic), 'gap', 'error'),
  };
}
