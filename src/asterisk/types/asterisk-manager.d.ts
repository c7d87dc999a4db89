/** The part of npm asterisk-manager 0.2.0 that wire-manager.ts uses; the package ships no types. */
declare module 'asterisk-manager' {
  import type { TcpNetConnectOpts } from 'node:net';

  namespace createManager {
    /** Keys are lower-cased; a repeated header is an array, `Variable` an object. */
    type RawMessage = Record<string, unknown>;

    interface Manager {
      options: { username: string; password: string };
      /** Both are handed to `net.createConnection` as they are. */
      connect(port: number | TcpNetConnectOpts, host?: string): void;
      login(callback: (error?: unknown) => void): void;
      action(action: Record<string, string>): string;
      on(event: 'rawevent', listener: (message: RawMessage) => void): void;
      on(event: 'error', listener: (error: Error) => void): void;
      on(event: 'connect' | 'close' | 'end', listener: () => void): void;
      emit(event: string, ...args: unknown[]): boolean;
      removeAllListeners(event: string): void;
    }
  }

  /** Without a port it does not connect by itself. */
  function createManager(
    port?: number,
    host?: string,
    username?: string,
    password?: string,
    events?: boolean,
  ): createManager.Manager;

  export = createManager;
}
