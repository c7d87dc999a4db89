import specs from '@asyncapi/specs';
import { Ajv, type AnySchema } from 'ajv';
import t from 'tap';
import { clientFrameSchema, type ServerFrame, serverFrameSchema } from '../../src/domain/feed/protocol.ts';
import { TOPIC_NAMES, TOPICS } from '../../src/domain/feed/topics.ts';
import { createTestApp, type Json } from '../support/app.ts';

const LIMITS = { strict: false, validateFormats: false, logger: false } as const;

async function document(): Promise<Json> {
  const api = await createTestApp(t);
  const answer = await api.inject({ method: 'GET', url: '/asyncapi.json' });
  t.equal(answer.statusCode, 200, 'open to anybody, like the OpenAPI document');
  const again = await api.inject({ method: 'GET', url: '/asyncapi.json' });
  t.equal(again.body, answer.body);
  return answer.json();
}

t.test('the document of the feed', async (t) => {
  const doc = await document();
  /** Whether a value is what a message's payload says. */
  const judge = (message: string) => {
    const schema = { ...doc.components.messages[message].payload, components: doc.components } as AnySchema;
    const check = new Ajv(LIMITS).compile(schema);
    return (value: unknown) => (check(value) ? [] : check.errors);
  };

  t.test('is valid AsyncAPI 3.0', async (t) => {
    const check = new Ajv({ ...LIMITS, allErrors: true }).compile(specs.schemasWithoutId['3.0.0'] as AnySchema);
    check(doc);
    t.same(check.errors ?? [], []);
    t.notOk(
      new Ajv(LIMITS).compile(specs.schemasWithoutId['3.0.0'] as AnySchema)({ ...doc, channels: 7 }),
      'the check checks',
    );
  });

  t.test('every reference leads somewhere', async (t) => {
    const refs = [...JSON.stringify(doc).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path as string);
    t.ok(refs.length > 50);
    for (const path of new Set(refs)) {
      const end = path.split('/').reduce<Json | undefined>((at, step) => at?.[step], doc);
      t.ok(end, path);
    }
  });

  t.test('has every topic with its permission, and every frame', async (t) => {
    for (const topic of TOPIC_NAMES) {
      const { about, needs } = TOPICS[topic];
      t.match(doc.operations[topic], { action: 'send', summary: about, title: topic });
      if (needs !== 'self') t.match(doc.operations[topic].description, needs);
      t.ok(doc.components.messages[`${topic}Snapshot`] && doc.components.messages[`${topic}Events`]);
    }
    const named = new Set(Object.values<Json>(doc.components.messages).map(({ name }) => name));
    const frames = [...clientFrameSchema.options, ...serverFrameSchema.options].map(({ shape }) => shape.type.value);
    t.same([...named].sort(), frames.sort());
  });

  t.test('judges frames as the daemon does', async (t) => {
    const at = '2026-01-31T09:00:00.000Z';
    const job = {
      ...{
        id: 'j',
        companyId: 'c',
        type: 'import',
        kind: 'extensions',
        actor: 'a',
        state: 'running',
        total: 2,
        processed: 1,
        created: 1,
      },
      ...{
        updated: 0,
        skipped: 0,
        failed: 0,
        rowsPerSecond: null,
        secondsLeft: null,
        error: null,
        pause: null,
        createdAt: at,
      },
      finishedAt: null,
    };
    const events: ServerFrame = {
      ...{ type: 'events', stream: 'jobs/c', after: 1, seq: 3 },
      events: [
        { seq: 2, at, op: 'set', id: 'j', item: job },
        { seq: 3, at, op: 'remove', id: 'j' },
      ],
    };
    t.ok(serverFrameSchema.safeParse(events).success);
    const news = judge('jobsEvents');
    t.same(news(events), []);
    t.not(news({ ...events, stream: 'calls' })?.length, 0, 'a stream of another topic');
    t.not(news({ ...events, events: [{ seq: 2, at, op: 'set', id: 'j', item: { ...job, pin: '1' } }] })?.length, 0);
    const snapshot = { type: 'snapshot', stream: 'jobs', epoch: 'e', seq: 1, part: 0, isLast: true, items: [job] };
    t.same(judge('jobsSnapshot')(snapshot), []);
    const subscribe = { type: 'subscribe', topic: 'calls', filter: { siteIds: ['s'] }, resume: { epoch: 'e', seq: 1 } };
    t.ok(clientFrameSchema.safeParse(subscribe).success);
    t.same(judge('subscribe')(subscribe), []);
    t.not(judge('subscribe')({ ...subscribe, topic: 'nothing' })?.length, 0);
  });
});
