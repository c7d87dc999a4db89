import { LinekeeperError } from '../../errors.ts';
import type { VendorMapper } from './mapper.ts';

/** Every mapper by the name that vendor.yaml gives; loaded when its first file is made. */
export const MAPPERS: Readonly<Record<string, () => Promise<{ mapper: VendorMapper }>>> = {
  grandstream: () => import('./grandstream/mapper.ts'),
  htek: () => import('./htek/mapper.ts'),
  polycom: () => import('./polycom/mapper.ts'),
  snom: () => import('./snom/mapper.ts'),
  yealink: () => import('./yealink/mapper.ts'),
};

const loaded = new Map<string, Promise<VendorMapper>>();

/** @throws CONFIG_INVALID when there is no such mapper */
export function mapperOf(name: string): Promise<VendorMapper> {
  const load = Object.hasOwn(MAPPERS, name) ? MAPPERS[name] : undefined;
  if (load === undefined) throw new LinekeeperError('CONFIG_INVALID', `there is no mapper ${name}`);
  // Even a module that is there already takes longer to import than most files take to make.
  const mapper = loaded.get(name) ?? load().then((module) => module.mapper);
  loaded.set(name, mapper);
  return mapper;
}
