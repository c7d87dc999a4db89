import t from 'tap';
import { NATIVE_KEY, PHONE_SETTINGS, SETTING_KEYS, type SettingKey } from '../../src/domain/phones/settings.ts';
import { TIMEZONES } from '../../src/domain/timezone.ts';
import type { Catalogue } from '../../src/phones/definitions/catalogue.ts';
import { judgeKeys } from '../../src/phones/definitions/judge-keys.ts';
import { maskedView, type PhoneView } from '../../src/phones/phone-view.ts';
import { renderAll, renderFile } from '../../src/phones/render/render.ts';
import { OTHER_VALUES, withSetting } from '../support/phone-settings.ts';
import { CLOCK, goldenFiles, nastyView, shippedCatalogue, stage1View } from '../support/phones.ts';

const catalogue = await shippedCatalogue();

/** All text that a phone of the vendor may get. */
async function everything(catalogue: Catalogue, view: PhoneView): Promise<string> {
  const files = await goldenFiles(catalogue, view);
  const vendor = catalogue.vendors.get(view.model.vendor)!;
  for (const definition of vendor.files.filter(({ kind }) => kind === 'firmware-info')) {
    const file = await renderFile(catalogue, vendor.id, definition, { stage: 2, view, clock: CLOCK });
    if (file !== undefined) files.push(file);
  }
  return files.map(({ name, bytes }) => `${name}\n${bytes.toString('latin1')}`).join('\n');
}

for (const vendor of catalogue.vendors.values()) {
  const models = catalogue.models.get(vendor.id)!;
  const views = models.map((model) => nastyView(catalogue, vendor.id, model.id));

  t.test(`complaint 4: every setting reaches a ${vendor.name} or is declared unsupported`, async (t) => {
    for (const key of SETTING_KEYS) {
      const has = await matters(views, key);
      const reason = vendor.unsupported[key];
      if (has && reason !== undefined) t.fail(`${key} is declared unsupported, and changes a file`);
      if (!has && reason === undefined) t.fail(`${key} changes no file`);
      if (reason !== undefined) t.ok(reason.length > 10, `${key} is unsupported for a reason`);
    }
    t.ok(Object.keys(vendor.unsupported).length < SETTING_KEYS.length / 2);
  });

  t.test(`every model of ${vendor.name} renders, with a key too many it is refused`, async (t) => {
    t.ok(models.length > 0);
    for (const [index, model] of models.entries()) {
      const view = views[index]!;
      t.ok((await renderAll(catalogue, view, CLOCK)).length > 0, model.id);
      t.same(judgeKeys(model, view.keys), [], `${model.id}: the fixture fits`);
      const { keys, expansion } = model;
      const beyond = [
        { section: 'line' as const, index: keys.line + 1 },
        { section: 'programmable' as const, index: keys.programmable + 1 },
        { section: 'expansion' as const, module: 1, index: (expansion?.keys ?? 0) + 1 },
        { section: 'expansion' as const, module: (expansion?.modules ?? 0) + 1, index: 1 },
      ];
      for (const place of beyond) {
        const errors = judgeKeys(model, [{ ...place, type: 'none' }]);
        t.match(errors, [{ path: 'keys.0', code: 'KEYS_OVERFLOW' }], `${model.id} ${JSON.stringify(place)}`);
      }
      for (const name of Object.keys(model.settings)) {
        const known = Object.hasOwn(PHONE_SETTINGS, name) || NATIVE_KEY.exec(name)?.[1] === vendor.id;
        t.ok(known, `${model.id}: ${name} is a setting`);
      }
    }
  });

  t.test(`complaint 8: every time zone can be told to a ${vendor.name}`, async (t) => {
    const view = views[0]!;
    for (const timezone of TIMEZONES) {
      await renderAll(catalogue, { ...view, settings: { ...view.settings, timezone } }, CLOCK);
    }
    t.ok(TIMEZONES.length > 400);
  });

  t.test(`stage 1 and common files of ${vendor.name} hold no secret but the way on`, async (t) => {
    let stage1 = '';
    for (const definition of vendor.files) {
      const view = stage1View(catalogue, vendor.id, models[0]!.id);
      const first = await renderFile(catalogue, vendor.id, definition, { stage: 1, view });
      if (definition.stage1 !== undefined) {
        t.ok(first, `there is a ${definition.stage1} of stage 1`);
        stage1 += first?.bytes.toString('latin1') ?? '';
      }
      const common = await renderFile(catalogue, vendor.id, definition, { stage: 'common' });
      t.notMatch(common?.bytes.toString('latin1') ?? '', /Canary/);
    }
    // One of the files is enough: that of a vendor may only name the others.
    t.match(stage1, /HttpPwCanary|tokenCanary/, 'it says where to go next');
  });

  t.test(`a preview of ${vendor.name} shows no secret`, async (t) => {
    for (const view of views) t.notMatch(await everything(catalogue, maskedView(view)), /Canary/);
  });

  t.test(`complaint 14: a ${vendor.name} without keys, phonebook, time servers and label is rendered`, async (t) => {
    for (const view of views) {
      const bare = { ...view, keys: [], lines: [], phonebook: [], phonebookName: undefined, label: '' };
      const text = await everything(catalogue, withSetting(bare, 'ntp.servers', null));
      t.notMatch(text, /\{[{%]|undefined|\[object|NaN/, view.model.id);
    }
  });

  t.test(`the same data give the same bytes for a ${vendor.name}`, async (t) => {
    const [view] = views;
    t.equal(await everything(catalogue, view!), await everything(catalogue, structuredClone(view!)));
  });
}

/** Whether one of the other values changes a file of one of the models. */
async function matters(views: readonly PhoneView[], key: SettingKey): Promise<boolean> {
  for (const view of views) {
    const before = await everything(catalogue, view);
    for (const value of OTHER_VALUES[key]) {
      if ((await everything(catalogue, withSetting(view, key, value))) !== before) return true;
    }
  }
  return false;
}
