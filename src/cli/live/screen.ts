import { emitKeypressEvents, type Key } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';

const ESC = '\u001b[';
/** The other screen, without a cursor; and back to what was there before. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}2J`;
const LEAVE = `${ESC}?25h${ESC}?1049l`;
/** Milliseconds between two drawings at least, and between two without any change: times tick. */
const DRAW_MS = 100;
const TICK_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface ScreenOptions {
  input: ReadStream;
  output: WriteStream;
  /** At most `height` lines. */
  draw(size: { width: number; height: number }): string[];
  /** `name` as node:readline calls the key; `text` when it is one that is typed. */
  onKey(name: string, text: string): void;
  /** Somebody wants to go: Ctrl-C or a signal. */
  onEnd(): void;
}

export interface Screen {
  /** Something has changed: draws soon, ten times a second at most. */
  redraw(): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** Takes the whole terminal until it is closed. Whatever ends the process, the terminal is given back first. */
export function openScreen({ input, output, draw, onKey, onEnd }: ScreenOptions): Screen {
  let drawn: string[] = [];
  let drawnAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const hasKeys = input.isTTY === true;

  function paint(): void {
    timer = undefined;
    if (isClosed) return;
    // Over a slow line frames are left out, never queued.
    if (output.writableNeedDrain) {
      output.once('drain', redraw);
      return;
    }
    drawnAt = performance.now();
    const lines = draw({ width: output.columns, height: output.rows });
    let text = '';
    for (let row = 0; row < output.rows; row++) {
      const line = lines[row] ?? '';
      if (line !== drawn[row]) text += `${ESC}${row + 1};1H${ESC}2K${line}`;
    }
    drawn = lines;
    if (text !== '') output.write(text);
  }

  function redraw(): void {
    if (isClosed) return;
    timer ??= setTimeout(paint, Math.max(0, drawnAt + DRAW_MS - performance.now()));
  }

  function resize(): void {
    drawn = [];
    output.write(`${ESC}2J`);
    redraw();
  }

  function keypress(text: string | undefined, key: Key): void {
    if (key.ctrl === true && key.name === 'c') onEnd();
    else if (key.ctrl !== true && key.meta !== true) onKey(key.name ?? '', text ?? '');
    redraw();
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(timer);
    clearInterval(ticks);
    output.write(LEAVE);
    output.off('resize', resize);
    for (const signal of SIGNALS) process.off(signal, onEnd);
    process.off('exit', close);
    process.off('uncaughtExceptionMonitor', close);
    if (!hasKeys) return;
    input.off('keypress', keypress);
    input.setRawMode(false);
    input.pause();
  }

  output.write(ENTER);
  output.on('resize', resize);
  for (const signal of SIGNALS) process.on(signal, onEnd);
  process.on('exit', close);
  process.on('uncaughtExceptionMonitor', close);
  if (hasKeys) {
    emitKeypressEvents(input);
    input.setRawMode(true);
    input.on('keypress', keypress);
    input.resume();
  }
  const ticks = setInterval(redraw, TICK_MS);
  redraw();
  return { redraw, close };
}
