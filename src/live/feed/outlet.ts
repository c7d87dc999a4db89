/** One client's socket, as a topic sends to it. */
export interface Outlet {
  readonly isOpen: boolean;
  /** Sends, or cuts the client off when too much waits for it already. */
  send(frame: string | Buffer): void;
  /** Sends and resolves when the kernel has it; false: the socket is closed. For what is too long to be sent at once. */
  sendPaced(frame: string): Promise<boolean>;
}
