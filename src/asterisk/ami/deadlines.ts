/** All in milliseconds. */
export interface AmiDeadlines {
  /** From the first packet to the banner. */
  connect: number;
  /** A refused login costs Asterisk one second on purpose. */
  login: number;
  /** One action, from the moment it is sent. */
  action: number;
  /** A whole list. */
  list: number;
  /** How often an idle connection is asked whether it lives. */
  ping: number;
  /**
   * Silence while something waits for an answer, after which the connection is given up; an action that asked for
   * more time extends it. `ping` + this is the time in which a frozen Asterisk is noticed.
   */
  silence: number;
}

export const DEFAULT_DEADLINES: AmiDeadlines = {
  connect: 5_000,
  login: 5_000,
  action: 10_000,
  list: 60_000,
  ping: 5_000,
  silence: 8_000,
};

/** How often deadlines are looked at: one timer for all pending actions, since 40,000 timers a second cost too much. */
export const SWEEP_MS = 100;
