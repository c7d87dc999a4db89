import { csvInvalid } from '../csv/csv-error.ts';

/** A section of a configuration file, or what AMI `GetConfig` answers of it: templates are resolved. */
export interface ConfigCategory {
  category: string;
  variables: (readonly [name: string, value: string])[];
  /** Where its header stands (1 is the first). GetConfig does not tell. */
  line?: number;
  isTemplate?: boolean;
}

export interface AsteriskIni {
  categories: (ConfigCategory & { line: number })[];
  /** Lines that are there for Asterisk, but not for us. */
  remarks: { line: number; message: string }[];
}

/** Each template may be inherited many times by templates that are inherited themselves. */
const MAX_VARIABLES = 2000;
const MAX_ALL_VARIABLES = 2_000_000;

/**
 * Reads what Asterisk's `config_text_file_load` (main/config.c) reads: `[name](!,template,+)`, `name = value`, `name => value`,
 * `name += value`, comments from `;` to the end of the line and between `;--` and `--;`, `\;` for a semicolon. Sections
 * may have the same name. Files named by `#include` are not looked for. @throws CSV_INVALID (CONFIG_INVALID)
 */
export function parseAsteriskIni(lines: Iterable<string>): AsteriskIni {
  const ini: AsteriskIni = { categories: [], remarks: [] };
  const byName = new Map<string, AsteriskIni['categories'][number]>();
  const stripComment = createCommentStripper();
  let current: AsteriskIni['categories'][number] | undefined;
  let line = 0;
  let all = 0;
  for (const whole of lines) {
    line++;
    const text = stripComment(whole).trim();
    if (text === '') continue;
    if (text.startsWith('#')) {
      ini.remarks.push({ line, message: 'a directive such as #include is not followed: send that file, too' });
    } else if (text.startsWith('[')) {
      current = openCategory(text, line, byName, ini);
      all += current.variables.length;
    } else if (current === undefined) {
      ini.remarks.push({ line, message: 'stands before the first [section]' });
    } else {
      setVariable(current, text, line, ini);
      all++;
    }
    if ((current?.variables.length ?? 0) > MAX_VARIABLES || all > MAX_ALL_VARIABLES) {
      throw configInvalid(line, 'the templates add up to more lines than a PBX has');
    }
  }
  return ini;
}

function configInvalid(line: number, message: string) {
  return csvInvalid('CONFIG_INVALID', `line ${line}: ${message}`, `line ${line}`);
}

function openCategory(
  text: string,
  line: number,
  byName: Map<string, AsteriskIni['categories'][number]>,
  ini: AsteriskIni,
): AsteriskIni['categories'][number] {
  const [, name, options = ''] = /^\[([^\]]*)\](?:\(([^)]*)\))?/.exec(text) ?? [];
  if (name === undefined) throw configInvalid(line, 'the bracket of the section is never closed');
  let category: AsteriskIni['categories'][number] = { category: name, line, variables: [], isTemplate: false };
  for (const option of options.split(',').map((part) => part.trim())) {
    if (option === '') continue;
    if (option === '!') {
      category.isTemplate = true;
      continue;
    }
    const base = byName.get((option === '+' ? name : option).toLowerCase());
    if (base === undefined) {
      ini.remarks.push({ line, message: 'the section builds on one that does not stand above it' });
    } else if (option === '+') {
      base.variables.push(...category.variables);
      category = base;
    } else {
      category.variables.push(...base.variables);
    }
    if (category.variables.length > MAX_VARIABLES) throw configInvalid(line, 'too many lines come from templates');
  }
  if (category.line === line) {
    ini.categories.push(category);
    // The first of a name is the one that Asterisk finds.
    if (!byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), category);
  }
  return category;
}

function setVariable(category: ConfigCategory, text: string, line: number, ini: AsteriskIni): void {
  const at = text.indexOf('=', 1);
  if (at === -1) {
    ini.remarks.push({ line, message: 'is no setting: it has no "="' });
    return;
  }
  const isAppended = text[at - 1] === '+';
  const name = text.slice(text.startsWith('\\') ? 1 : 0, isAppended ? at - 1 : at).trim();
  const value = text.slice(text[at + 1] === '>' ? at + 2 : at + 1);
  const last = isAppended ? category.variables.findLastIndex(([known]) => known === name) : -1;
  if (last === -1) category.variables.push([name, value.trim()]);
  else category.variables[last] = [name, (category.variables[last]![1] + value).trim()];
}

/** Takes comments off, line by line: a block comment may span lines and hold others. */
function createCommentStripper(): (line: string) => string {
  let depth = 0;
  return (line) => {
    if (depth === 0 && !line.includes(';')) return line;
    let kept = '';
    let at = 0;
    for (;;) {
      const next = line.indexOf(';', at);
      if (next === -1) return depth === 0 ? kept + line.slice(at) : kept;
      if (depth === 0 && line[next - 1] === '\\') {
        kept += `${line.slice(at, next - 1)};`;
      } else if (line.startsWith(';--', next) && line[next + 3] !== '-') {
        if (depth === 0) kept += line.slice(at, next);
        depth++;
        at = next + 3;
        continue;
      } else if (depth > 0) {
        if (next - at >= 2 && line.slice(next - 2, next) === '--') depth--;
      } else {
        return kept + line.slice(at, next);
      }
      at = next + 1;
    }
  };
}
