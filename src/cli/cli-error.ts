import { EXIT } from './exit-codes.ts';

/** Something to say to the person at the terminal: no stack trace, an exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly exitCode: number;
  /** What to do about it. */
  readonly advice: string | undefined;

  constructor(code: string, message: string, options: { exitCode?: number; advice?: string | undefined } = {}) {
    super(message);
    this.code = code;
    this.exitCode = options.exitCode ?? EXIT.error;
    this.advice = options.advice;
  }
}
