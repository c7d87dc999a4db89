/** The kinds of mail there are: one folder entry per language in templates/mail. */
export const MAIL_TEMPLATES = [
  'invitation',
  'password-reset',
  'password-reset-notice',
  'temporary-password',
  'password-changed',
  'second-factor-changed',
  'login-code',
  'broadcast',
] as const;
export type MailTemplate = (typeof MAIL_TEMPLATES)[number];

/** sent: taken by the server; written: into the outbox folder; failed: given up. */
export const MAIL_STATES = ['waiting', 'sent', 'written', 'failed', 'canceled'] as const;

/** Languages there are templates for; others get English. */
export const MAIL_LANGUAGES = ['en', 'pt', 'de', 'fr', 'es'] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

/** `de-CH` -> `de`, `ja` -> `en` */
export function mailLanguage(language: string): MailLanguage {
  const base = language.split('-')[0];
  return MAIL_LANGUAGES.find((one) => one === base) ?? 'en';
}
