import type { ConfigCategory } from '../formats/asterisk-ini.ts';

/** What an operator keeps in files of his own, as AMI GetConfig shows it. Holds passwords and PINs. */
export interface PbxFiles {
  pjsip: ConfigCategory[];
  wizards: ConfigCategory[];
  voicemail: ConfigCategory[];
}

export const OBSTACLES = [
  'NO_EXTENSION_NUMBER',
  'TRUNK',
  'WIZARD',
  'REPEATED',
  'NO_PASSWORD',
  'DIGEST_ONLY',
  'SEVERAL_SECRETS',
  'SECRET_INVALID',
  'LOGIN_NAME',
  'AOR_NAME',
  'FIXED_CONTACT',
  'KNOWN_BY_ADDRESS',
  'MEDIA_ENCRYPTION',
  'WEBRTC_DETAILS',
  'DTMF_MODE',
  'NO_COMPANY',
  'NUMBER_TAKEN',
] as const;

/** Why an endpoint cannot be adopted without its phone noticing. */
export interface Obstacle {
  code: (typeof OBSTACLES)[number];
  message: string;
}

/** A section that makes up an endpoint: what its operator takes out afterwards. */
export interface SectionName {
  file: 'pjsip.conf' | 'voicemail.conf';
  /** Of voicemail.conf the context and the mailbox. */
  name: string;
  type: 'endpoint' | 'auth' | 'aor' | 'mailbox';
}

/** One endpoint of the PBX's own, and what it would be here. */
export interface JudgedEndpoint {
  name: string;
  /** Cells of our import by column; they hold the secret and the PIN. Empty when nothing can be made of it. */
  cells: ReadonlyMap<string, string>;
  obstacles: Obstacle[];
  /** What a person should know: settings that are not kept, or that change. Never a value. */
  notes: { setting: string; message: string }[];
  sections: SectionName[];
}

/** A section of pjsip.conf. Names are compared without case, and the last value of a name counts, as in Asterisk. */
export class PjsipSection {
  readonly name: string;
  private readonly values = new Map<string, string[]>();

  constructor({ category, variables }: ConfigCategory) {
    this.name = category;
    for (const [variable, value] of variables) {
      const key = variable.toLowerCase();
      this.values.set(key, [...(this.values.get(key) ?? []), value]);
    }
  }

  /** Trimmed; empty when it is not there. */
  last(name: string): string {
    return (this.values.get(name)?.at(-1) ?? '').trim();
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** `a,b` as its parts. */
  list(name: string): string[] {
    return this.last(name)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  get names(): string[] {
    return [...this.values.keys()];
  }
}
