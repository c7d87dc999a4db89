import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LinekeeperError } from '../../errors.ts';

/** The only reader of templates/asterisk. Found upwards, because sources and the built program lie at different depths. */
function templatesFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'templates', 'asterisk');
    if (existsSync(candidate)) return candidate;
  }
  throw new LinekeeperError('INTERNAL', 'The folder templates/asterisk is missing from this installation.');
}

export type TemplateValues = Readonly<Record<string, string>>;

/**
 * Fills `{{name}}`. A name without a value is a bug and throws; so does a value that could end its line, because
 * every placeholder stands inside one line of an Asterisk configuration file (`multiline` names the exceptions).
 */
export function renderTemplate(name: string, values: TemplateValues = {}, multiline: readonly string[] = []): string {
  const text = readFileSync(join(templatesFolder(), name), 'utf8');
  return text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new LinekeeperError('INTERNAL', `Template ${name} has no value for ${key}.`);
    if (!multiline.includes(key) && /[\r\n\0;]/.test(value)) {
      throw new LinekeeperError(
        'CONFIG_INVALID',
        `The value for ${key} cannot stand in an Asterisk configuration file.`,
      );
    }
    return value;
  });
}
