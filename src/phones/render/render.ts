import { createHash } from 'node:crypto';
import { LinekeeperError } from '../../errors.ts';
import { type Catalogue, templateName } from '../definitions/catalogue.ts';
import type { FileDefinition, FileFormat, VendorDefinition } from '../definitions/schema.ts';
import type { PhoneView, RenderClock, Stage1View } from '../phone-view.ts';
import { maskedView } from '../phone-view.ts';
import type { RenderedFile } from '../ports.ts';
import { timeRule } from '../time/zones.ts';
import { mapperOf } from '../vendors/index.ts';
import type { NativeView, VendorMapper } from '../vendors/mapper.ts';
import { createEngine, type Engine } from './engines.ts';
import { withNative } from './native.ts';
import { validated } from './validate.ts';

/** What a file is made of: the common ones of nothing, those of stage 1 of no secret but the way on, the others of all. */
export type RenderInput =
  | { stage: 'common' }
  | { stage: 1; view: Stage1View }
  | { stage: 2; view: PhoneView; clock: RenderClock };

/** Parsed templates live as long as their catalogue. */
const engines = new WeakMap<Catalogue, Map<FileFormat, Promise<Engine>>>();

/**
 * One file of a vendor. undefined: there is none in this stage (404). In stage 1 only a definition with a `stage1` template
 * has one; a `common` file without it is the same in every stage.
 * @throws TEMPLATE_INVALID, DEVICE_NOT_RENDERABLE
 */
export async function renderFile(
  catalogue: Catalogue,
  vendorId: string,
  definition: FileDefinition,
  input: RenderInput,
): Promise<RenderedFile | undefined> {
  const vendor = vendorOf(catalogue, vendorId);
  const mapper = await mapperOf(vendor.mapper);
  const template = templateOf(definition, input);
  if (template === undefined) return undefined;
  const native = nativeView(catalogue, mapper, definition, input);
  if (native === undefined) return undefined;
  return printed(catalogue, vendor, definition, template, input, native);
}

/** All files of a phone that have a name, in the order of the definition. */
export async function renderAll(catalogue: Catalogue, view: PhoneView, clock: RenderClock): Promise<RenderedFile[]> {
  const files: RenderedFile[] = [];
  const vendor = vendorOf(catalogue, view.model.vendor);
  for (const definition of vendor.files) {
    if (definition.name === undefined) continue;
    const file = await renderFile(catalogue, vendor.id, definition, { stage: 2, view, clock });
    if (file !== undefined) files.push(file);
  }
  return files;
}

/** The same as an operator may see it. */
export function renderPreview(catalogue: Catalogue, view: PhoneView, clock: RenderClock): Promise<RenderedFile[]> {
  return renderAll(catalogue, maskedView(view), clock);
}

/**
 * What makes a revision: a phone asks for its phonebook by itself, so a contact more is no reason to tell every phone of the
 * company to fetch everything.
 */
export function revisionHash(files: readonly RenderedFile[]): string {
  const hash = createHash('sha256');
  for (const { name, etag, definition } of files)
    if (definition.kind !== 'phonebook') hash.update(`${name}\0${etag}\0`);
  return hash.digest('hex').slice(0, 32);
}

/** `{mac}`, `{MAC}` and `{model}` of a name filled in. */
export function fileName(name: string, view: Stage1View): string {
  return name
    .replaceAll('{mac}', view.mac)
    .replaceAll('{MAC}', view.mac.toUpperCase())
    .replaceAll('{model}', view.model?.id ?? '');
}

function vendorOf(catalogue: Catalogue, id: string): VendorDefinition {
  const vendor = catalogue.vendors.get(id);
  if (vendor === undefined) throw new LinekeeperError('DEVICE_NOT_RENDERABLE', `there is no vendor ${id}`);
  return vendor;
}

function templateOf({ kind, template, stage1 }: FileDefinition, { stage }: RenderInput): string | undefined {
  if (kind === 'probe') return undefined;
  if (stage === 1) return stage1 ?? (kind === 'common' ? template : undefined);
  return stage === 'common' && kind !== 'common' ? undefined : template;
}

function nativeView(
  catalogue: Catalogue,
  mapper: VendorMapper,
  { kind, stage1 }: FileDefinition,
  input: RenderInput,
): NativeView | undefined {
  if (input.stage === 1 && stage1 !== undefined) return mapper.stage1(input.view);
  if (kind === 'common') return mapper.common?.();
  if (input.stage !== 2) return undefined;
  const { view, clock } = input;
  if (kind === 'phonebook') return mapper.phonebook?.(view);
  if (kind === 'firmware-info') return mapper.firmwareInfo?.(view);
  return mapper.device(view, { year: clock.year, time: timeRule(catalogue.zones, view.settings.timezone) });
}

async function printed(
  catalogue: Catalogue,
  vendor: VendorDefinition,
  definition: FileDefinition,
  template: string,
  input: RenderInput,
  native: NativeView,
): Promise<RenderedFile> {
  const format = definition.format ?? vendor.format;
  const own = input.stage === 2 && definition.kind === 'device' ? input.view.native : new Map<string, string>();
  const params = withNative(native.params, own, format).map((param) => ({ attributes: {}, ...param }));
  const engine = await engineOf(catalogue, format);
  const view = input.stage === 'common' ? undefined : input.view;
  const about = { mac: view?.mac ?? '', MAC: (view?.mac ?? '').toUpperCase(), model: view?.model?.id ?? '' };
  const text = engine.render(templateName(vendor.id, template), { ...about, ...native, params });
  const name = view === undefined ? (definition.name ?? template) : fileName(definition.name ?? template, view);
  const bytes = await validated(name, format, text);
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  return { name, definition, contentType: definition.contentType ?? CONTENT_TYPES[format], bytes, etag };
}

const CONTENT_TYPES: Record<FileFormat, string> = {
  kv: 'text/plain; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
  'xml-latin1': 'text/xml; charset=iso-8859-1',
};

function engineOf(catalogue: Catalogue, format: FileFormat): Promise<Engine> {
  const formats = engines.get(catalogue) ?? new Map<FileFormat, Promise<Engine>>();
  engines.set(catalogue, formats);
  const engine = formats.get(format) ?? createEngine(format, catalogue.templates);
  formats.set(format, engine);
  return engine;
}
