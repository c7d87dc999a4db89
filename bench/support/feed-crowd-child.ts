/**
 * Clients in a process of their own: `url token count`. Each notes when it got which message, and does nothing else with it:
 * what is measured is the way to the client. Asked, it answers the times of all, message by message, and the texts of one.
 */
import { WebSocket } from 'ws';
import { clockMs } from './clock.ts';

const [url = '', token = '', count = '1'] = process.argv.slice(2);
const times: number[][] = [];
const texts: string[] = [];
let ready = 0;
/** The first letter of a frame's type tells them apart: `{"type":"events"`, `{"type":"snapshot"`. */
const EVENTS = 'e'.charCodeAt(0);
const SNAPSHOT = 's'.charCodeAt(0);

for (let n = 0; n < Number(count); n++) {
  const own: number[] = [];
  times.push(own);
  const socket = new WebSocket(url, { perMessageDeflate: false, headers: { authorization: `Bearer ${token}` } });
  socket.on('open', () => socket.send('{"type":"subscribe","topic":"calls"}'));
  socket.on('message', (data: Buffer) => {
    const at = clockMs();
    if (data[9] === EVENTS) {
      own.push(at);
      if (n === 0) texts.push(data.toString('utf8'));
    } else if (data[9] === SNAPSHOT && ++ready === Number(count)) process.send?.({ ready });
  });
  socket.on('close', () => process.send?.({ closed: n }));
}

process.on('message', () => process.send?.({ times, texts }));
process.on('disconnect', () => process.exit(0));
