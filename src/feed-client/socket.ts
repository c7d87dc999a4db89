/** What the client needs of a websocket: that of browsers (HTML, WebSockets) has it, and that of `ws` in Node. */
export interface FeedSocket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onOpen(listener: () => void): void;
  onText(listener: (text: string) => void): void;
  /** Any sign of life besides texts; browsers keep pings to themselves. */
  onPing(listener: () => void): void;
  /** Once, last. `status`: of the HTTP answer, when the daemon refused to open it. */
  onClose(listener: (end: { code: number; reason: string; status?: number }) => void): void;
}

export type OpenSocket = () => Promise<FeedSocket>;

export interface NodeSocketOptions {
  /** `ws://host:port/api/v1/live` or `wss://...` */
  url: string;
  /** A token or a session's token; never part of the address, which is logged on the way. */
  token?: string;
  /** A socket file to go through instead: the daemon's own on the same machine. */
  socketPath?: string;
}

/** A socket with headers, which browsers do not allow. */
export function nodeSocket({ url, token, socketPath }: NodeSocketOptions): OpenSocket {
  return async () => {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(socketPath === undefined ? url : `ws+unix:${socketPath}:${new URL(url).pathname}`, {
      perMessageDeflate: false,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    let status: number | undefined;
    socket.on('unexpected-response', (request, response) => {
      status = response.statusCode;
      response.resume();
      request.destroy();
      socket.terminate();
    });
    // `close` follows and says what matters.
    socket.on('error', () => {});
    return {
      send: (text) => socket.send(text),
      close: (code, reason) => socket.close(code, reason),
      onOpen: (listener) => void socket.once('open', listener),
      onText: (listener) => void socket.on('message', (data: Buffer) => listener(data.toString('utf8'))),
      onPing: (listener) => void socket.on('ping', listener),
      onClose: (listener) =>
        void socket.once('close', (code, reason) =>
          listener({ code, reason: reason.toString(), ...(status === undefined ? {} : { status }) }),
        ),
    };
  };
}

/** The browser's own: the session's cookie goes along. */
export function browserSocket(url: string): OpenSocket {
  return async () => {
    const socket = new WebSocket(url);
    return {
      send: (text) => socket.send(text),
      close: (code, reason) => socket.close(code, reason),
      onOpen: (listener) => socket.addEventListener('open', listener, { once: true }),
      onText: (listener) => socket.addEventListener('message', ({ data }) => listener(String(data))),
      onPing: () => {},
      onClose: (listener) => socket.addEventListener('close', ({ code, reason }) => listener({ code, reason })),
    };
  };
}
