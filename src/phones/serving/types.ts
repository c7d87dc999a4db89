import type { AuthScheme } from './authorization.ts';
import type { JailedFile } from './firmware.ts';
import type { Source } from './policy.ts';

/** A request as far as it matters here; bodies stay where they are until somebody may send one. */
export interface PhoneRequest extends Source {
  method: string;
  /** Of the request line. */
  target: string;
  userAgent: string;
  authorization: string | undefined;
  /** `CN=...` and so on, of a client certificate that a known authority signed. */
  certificate: readonly string[];
}

/** What becomes of a request. Everything that is refused looks the same from outside. */
export type Verdict =
  | { kind: 'refused' }
  /** To the first address, from one that somebody typed. */
  | { kind: 'redirect'; location: string }
  | { kind: 'challenge'; schemes: readonly AuthScheme[]; nonce: string; isStale: boolean }
  | ({ kind: 'file'; bytes: Buffer; contentType: string; etag: string } & Recorded)
  | ({ kind: 'firmware'; file: JailedFile } & Recorded)
  | { kind: 'upload'; maxBytes: number; keep(content: Buffer): Promise<void>; refuse(reason: string): void };

interface Recorded {
  /** To be called when the answer is made: with its status and the bytes of its body. */
  given(status: number, bytes: number): void;
}

export const REFUSED: Verdict = { kind: 'refused' };
