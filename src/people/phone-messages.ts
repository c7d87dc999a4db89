export interface PhoneMessage {
  pbxId: string;
  endpoint: string;
  /** `"Name" <sip:user@host>` */
  from: string;
  /** Each one SIP MESSAGE. */
  parts: readonly string[];
}

/** The way to phones, handed over by the composition root. */
export interface PhoneMessages {
  /** Bytes of UTF-8 that one part may have. */
  longest: number;
  /** To every phone registered at the endpoint; answers how many there are. @throws LinekeeperError when the PBX did not take it */
  send(message: PhoneMessage): Promise<number>;
}
