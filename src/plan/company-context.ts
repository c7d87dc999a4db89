export interface CompanyContext {
  slug: string;
  /** What stands before the number in the company's endpoint ids: empty for a PBX's first company, else `<slug>-`. */
  endpointPrefix: string;
}

/** How many accounts of one extension a hint watches; an extension may have more, they only don't light the lamp. */
export const HINTED_ACCOUNTS = 4;

/**
 * The lines of a company's dialplan context, in order. They are written by AMI UpdateConfig, which drops a leading `>`
 * (so never `=>`), and are all that the dialplan holds of a company: an extension never changes them.
 *
 * The context fixes the company, so nothing that a phone dials, watches or picks up can name another one.
 */
export function companyContextLines({ slug, endpointPrefix }: CompanyContext): [variable: string, value: string][] {
  const dialled = '_[+*0-9]!';
  return [
    ['exten', `${dialled},1,MSet(LK_COMPANY=${slug},LK_PREFIX=${endpointPrefix})`],
    ['exten', `${dialled},2,Goto(linekeeper-enter,\${FILTER(0-9*+,\${EXTEN})},1)`],
    ['exten', `_X!,hint,${hintedDevices(endpointPrefix)}`],
  ];
}

/** One hint serves every number: an account that does not exist is invalid and does not count in the aggregate. */
function hintedDevices(endpointPrefix: string): string {
  const further = Array.from({ length: HINTED_ACCOUNTS - 1 }, (_, index) => `-${index + 2}`);
  return ['', ...further].map((suffix) => `PJSIP/${endpointPrefix}\${EXTEN}${suffix}`).join('&');
}
