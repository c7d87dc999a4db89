import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';

/**
 * An AMI peer in a process of its own: it remembers AstDB, tells its channels, and replays the recorded events of one call
 * (storm-call.txt: all that Asterisk 22.10.1 sends without filters) as many calls at once, each with ids of its own.
 */

export interface StormOrder {
  eventsPerSecond: number;
  seconds: number;
  /** Calls go between these: endpoints `<first>` and up. */
  firstNumber: number;
  numbers: number;
}

export interface StormResult {
  events: number;
  seconds: number;
  /** Linkedids of the calls that are still up. */
  up: string[];
  calls: number;
}

interface Channel {
  name: string;
  linkedId: string;
  stateText: string;
  bridge: string;
  exten: string;
  since: number;
}

const AT_ONCE = 200;
/** Every so many a call is left up. */
const LEFT_UP = 50;
const TICK_MS = 10;

const recorded = readFileSync(new URL('./storm-call.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n\n');
const LINKED = /Linkedid: (\S+)/.exec(recorded.join('\n'))?.[1] ?? '';
const [SECONDS = ''] = LINKED.split('.');
const BRIDGE = /BridgeUniqueid: (\S+)/.exec(recorded.join('\n'))?.[1] ?? '';
const BEGIN_OF_END = recorded.findIndex((event) => event.startsWith('Event: HangupRequest'));
const names = [...new Set(recorded.join('\n').match(/PJSIP\/\d+-[0-9a-f]{8}/g) ?? [])];

const database = new Map<string, string>();
const channels = new Map<string, Channel>();
const listeners = new Set<Socket>();

function eventsOf(index: number, order: StormOrder): string[] {
  const [caller = '', callee = ''] = names;
  const from = String(order.firstNumber + ((index * 2) % order.numbers));
  const to = String(order.firstNumber + ((index * 2 + 1) % order.numbers));
  const suffix = (offset: number) => (index * 2 + offset).toString(16).padStart(8, '0');
  const [first, second] = [`${SECONDS}.${index * 2}`, `${SECONDS}.${index * 2 + 1}`];
  const [oldFirst, oldSecond] = [LINKED, `${SECONDS}.${Number(LINKED.split('.')[1]) + 1}`];
  const bridge = `${BRIDGE.slice(0, -12)}${index.toString(16).padStart(12, '0')}`;
  return recorded.map((event) =>
    event
      .replaceAll('\n', '\r\n')
      .replaceAll(caller, `PJSIP/${from}-${suffix(0)}`)
      .replaceAll(callee, `PJSIP/${to}-${suffix(1)}`)
      .replaceAll(oldSecond, '<second>')
      .replaceAll(oldFirst, first)
      .replaceAll('<second>', second)
      .replaceAll(BRIDGE, bridge)
      .replaceAll('1001', from)
      .replaceAll('1002', to)
      .concat('\r\n\r\n'),
  );
}

/** What CoreShowChannels would say. */
function follow(event: string): void {
  const get = (name: string) => new RegExp(`^${name}: (.*)\r$`, 'm').exec(event)?.[1] ?? '';
  const name = event.slice('Event: '.length, event.indexOf('\r'));
  const id = get('Uniqueid');
  if (name === 'Newchannel') {
    const channel = { name: get('Channel'), linkedId: get('Linkedid'), exten: get('Exten'), bridge: '' };
    channels.set(id, { ...channel, stateText: get('ChannelStateDesc'), since: Date.now() });
  }
  const channel = channels.get(id);
  if (!channel) return;
  if (name === 'Newstate') channel.stateText = get('ChannelStateDesc');
  if (name === 'BridgeEnter') channel.bridge = get('BridgeUniqueid');
  if (name === 'BridgeLeave') channel.bridge = '';
  if (name === 'Hangup') channels.delete(id);
}

async function storm(order: StormOrder): Promise<StormResult> {
  const running: { events: string[]; next: number; end: number }[] = [];
  let calls = 0;
  let sent = 0;
  const startedAt = performance.now();
  const total = order.eventsPerSecond * order.seconds;
  const begin = () => {
    const events = eventsOf(calls++, order);
    running.push({ events, next: 0, end: calls % LEFT_UP === 0 ? BEGIN_OF_END : events.length });
  };
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * order.eventsPerSecond));
    let chunk = '';
    while (sent < due) {
      while (running.length < AT_ONCE) begin();
      const call = running[sent % running.length]!;
      const event = call.events[call.next++]!;
      follow(event);
      chunk += event;
      sent++;
      if (call.next === call.end) running.splice(running.indexOf(call), 1);
    }
    for (const socket of listeners) socket.write(chunk);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const up = [...new Set([...channels.values()].map(({ linkedId }) => linkedId))];
  return { events: sent, seconds: (performance.now() - startedAt) / 1000, up, calls };
}

const COMMANDS = [
  ...['DBGet', 'DBGetTree', 'CoreSettings', 'CoreStatus', 'CoreShowChannels', 'DeviceStateList', 'VoicemailUsersList'],
  ...['DBPut', 'DBDel', 'GetConfig', 'CreateConfig', 'UpdateConfig', 'Reload', 'Ping'],
].map((name) => `${name}: what it does.  (Priv: system,reporting,config,all)`);

function answer(socket: Socket, text: string): void {
  const fields = new Map(text.split('\r\n').map((line) => line.split(/: ?/, 2) as [string, string]));
  const get = (name: string) => fields.get(name) ?? '';
  const messages = answerOf(get('Action'), get, text);
  if (get('Action') === 'Login' && get('Events') === 'on') listeners.add(socket);
  socket.write(
    messages
      .map(([first, ...rest]) => `${[first, `ActionID: ${get('ActionID')}`, ...rest].join('\r\n')}\r\n\r\n`)
      .join(''),
  );
}

/** The messages that answer an action, each as its lines. */
function answerOf(action: string, get: (name: string) => string, text: string): string[][] {
  // `Key: ` may be empty, and `Val: ` holds colons.
  const key = `/${get('Family')}/${/^Key: (.*)\r?$/m.exec(text)?.[1]?.trim() ?? ''}`;
  switch (action) {
    case 'ListCommands':
      return [['Response: Success', ...COMMANDS]];
    case 'CoreSettings':
      return [['Response: Success', 'AsteriskVersion: 22.10.1']];
    case 'DBPut':
      database.set(key, /^Val: (.*)$/m.exec(text)?.[1]?.trimEnd() ?? '');
      return [['Response: Success', 'Message: Updated database successfully']];
    case 'DBDel':
      database.delete(key);
      return [['Response: Success', 'Message: Key deleted successfully']];
    case 'DBGet': {
      const value = database.get(key);
      if (value === undefined) return [['Response: Error', 'Message: Database entry not found']];
      return list([['Event: DBGetResponse', `Key: ${get('Key')}`, `Val: ${value}`]], 'DBGetComplete');
    }
    case 'DBGetTree': {
      const found = [...database].filter(([one]) => one.startsWith(`/${get('Family')}/`));
      const items = found.map(([one, value]) => ['Event: DBGetTreeResponse', `Key: ${one}`, `Val: ${value}`]);
      return list(items, 'DBGetTreeComplete');
    }
    case 'CoreShowChannels':
      return list([...channels].map(channelLines), 'CoreShowChannelsComplete');
    case 'GetConfig':
      return [['Response: Error', 'Message: Config file not found']];
    case 'DeviceStateList':
      return list([], 'DeviceStateListComplete');
    default:
      return [['Response: Success', 'Message: Done']];
  }
}

function list(items: string[][], complete: string): string[][] {
  return [
    ['Response: Success', 'EventList: start'],
    ...items,
    [`Event: ${complete}`, 'EventList: Complete', `ListItems: ${items.length}`],
  ];
}

function channelLines([id, channel]: [string, Channel]): string[] {
  const seconds = Math.floor((Date.now() - channel.since) / 1000);
  return [
    'Event: CoreShowChannel',
    `Channel: ${channel.name}`,
    `ChannelStateDesc: ${channel.stateText}`,
    'Context: linekeeper-extension',
    `Exten: ${channel.exten}`,
    `Uniqueid: ${id}`,
    `Linkedid: ${channel.linkedId}`,
    `Application: ${id === channel.linkedId ? 'Dial' : 'AppDial'}`,
    `Duration: 00:00:${String(seconds % 60).padStart(2, '0')}`,
    `BridgeId: ${channel.bridge}`,
  ];
}

const server = createServer((socket) => {
  socket.setNoDelay(true).setEncoding('utf8');
  socket.on('error', () => socket.destroy()).on('close', () => listeners.delete(socket));
  socket.write('Asterisk Call Manager/11.0.0\r\n');
  let buffered = '';
  socket.on('data', (text: unknown) => {
    const parts = (buffered + String(text)).split('\r\n\r\n');
    buffered = parts.pop() ?? '';
    for (const part of parts) answer(socket, part);
  });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
process.on('message', (order: StormOrder) => {
  void storm(order).then((result) => process.send?.({ result }));
});
