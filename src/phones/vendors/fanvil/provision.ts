import type { PhoneView, Stage1View } from '../../phone-view.ts';
import type { NativeParam, NativeView } from '../mapper.ts';
import { param } from './tree.ts';

/** FlashMode: with the next start | at an interval, too. */
const WHEN = { start: 1, interval: 2 };

/** Where the phone finds its file. The name is the phone's own, so nothing is left to its default. */
export function provision({ access, mac }: Stage1View, hours: number): NativeParam[] {
  return [
    param('ap.DefaultUsername', access.username),
    param('ap.DefaultPassword', access.password),
    param('ap.DownloadCommonConf', 0),
    param('ap.DownloadDeviceConf', 1),
    param('ap.SaveProvisionInfo', 1),
    param('ap.FlashServerIP', access.url.replace(/\/$/, '')),
    param('ap.FlashFileName', `${mac}.cfg`),
    param('ap.FlashProtocol', access.url.startsWith('https:') ? 5 : 4),
    param('ap.FlashMode', WHEN.interval),
    param('ap.FlashInterval', hours),
    // It answers anybody on the network who says where to fetch a configuration.
    param('ap.pnp.PNPEnable', 0),
  ];
}

/** The phone looks for a text of its model below the server; it is answered for phones with a target only. */
export function firmwareCheck({ access, firmwareTarget }: PhoneView): NativeParam[] {
  const wanted = firmwareTarget !== undefined;
  return [
    param('fwCheck.EnableAutoUpgrade', wanted ? 1 : 0),
    param('fwCheck.UpgradeServer1', wanted ? access.url.replace(/\/$/, '') : ''),
    param('fwCheck.AutoUpgradeInterval', 24),
  ];
}

export function firmwareInfo({ access, firmwareTarget }: PhoneView): NativeView | undefined {
  if (firmwareTarget === undefined) return undefined;
  const { version, file } = firmwareTarget;
  return { params: [], version, url: `${access.url}firmware/${file}` };
}
