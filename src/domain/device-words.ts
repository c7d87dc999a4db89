import Bowser from 'bowser';

/** `Firefox 128 on Windows`; what no browser says of itself is cut short and shown as it is. */
export function deviceInWords(userAgent: string | null): string {
  if (userAgent === null || userAgent === '') return 'unknown';
  const { browser, os } = Bowser.parse(userAgent);
  if (browser.name === undefined || browser.name === '') return userAgent.slice(0, 60);
  const name = [browser.name, browser.version?.split('.')[0]].filter(Boolean).join(' ');
  return os.name === undefined ? name : `${name} on ${os.name}`;
}
