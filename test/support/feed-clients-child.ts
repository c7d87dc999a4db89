/**
 * Many clients of the feed in a process of their own: `url token readers deaf`. Deaf ones never read from their sockets.
 * Asked `report` it answers what each reader got.
 */
import { WebSocket } from 'ws';

const [url = '', token = '', readers = '0', deaf = '0'] = process.argv.slice(2);
const say = (message: unknown) => process.send?.(message);

interface Reader {
  seq: number;
  events: number;
  holes: number;
}

function connect(): WebSocket {
  return new WebSocket(url, { perMessageDeflate: false, headers: { authorization: `Bearer ${token}` } });
}

const all: Reader[] = [];
let ready = 0;
let deafClosed = 0;
const total = Number(readers) + Number(deaf);
const isReady = () => {
  if (++ready === total) say({ ready });
};

for (let n = 0; n < Number(readers); n++) {
  const state: Reader = { seq: 0, events: 0, holes: 0 };
  all.push(state);
  const socket = connect();
  socket.on('open', () => socket.send('{"type":"subscribe","topic":"calls"}'));
  socket.on('message', (data: Buffer) => {
    // The head says enough, and a gigabyte of items is not parsed in a test.
    const head = data.toString('latin1', 0, 200);
    const numbers = /^\{"type":"events","stream":"calls","after":(\d+),"seq":(\d+)/.exec(head);
    if (numbers !== null) {
      if (Number(numbers[1]) !== state.seq) state.holes++;
      state.events += Number(numbers[2]) - state.seq;
      state.seq = Number(numbers[2]);
    } else if (head.startsWith('{"type":"snapshot"')) {
      state.seq = (JSON.parse(data.toString('utf8')) as { seq: number }).seq;
      isReady();
    } else if (!head.startsWith('{"type":"hello"')) state.holes++;
  });
  socket.on('close', () => state.holes++);
}
for (let n = 0; n < Number(deaf); n++) {
  const socket = connect();
  socket.once('open', () => socket.send('{"type":"subscribe","topic":"calls"}'));
  socket.once('message', () => {
    isReady();
    // Its kernel's buffer fills, then ours.
    socket.pause();
  });
  socket.on('close', () => deafClosed++);
  socket.on('error', () => {});
}

process.on('message', () => {
  const holes = all.reduce((sum, one) => sum + one.holes, 0);
  say({
    seqs: [...new Set(all.map(({ seq }) => seq))],
    events: [...new Set(all.map(({ events }) => events))],
    holes,
    deafClosed,
  });
});
process.on('disconnect', () => process.exit(0));
