/** Zones that phones with Android offer, by the names that they have there. They take no rule of one's own. */
const ZONES = [
  'Pacific/Midway Pacific/Honolulu America/Anchorage America/Los_Angeles America/Tijuana America/Phoenix America/Chihuahua',
  'America/Denver America/Costa_Rica America/Mexico_City America/Regina America/Chicago America/Bogota America/New_York',
  'America/Caracas America/Barbados America/Manaus America/Halifax America/Santiago America/Recife America/Sao_Paulo',
  'America/Buenos_Aires America/Godthab America/Montevideo America/St_Johns Atlantic/South_Georgia Atlantic/Azores',
  'Atlantic/Cape_Verde Africa/Casablanca Europe/London Europe/Amsterdam Europe/Belgrade Europe/Brussels Europe/Madrid',
  'Europe/Sarajevo Africa/Brazzaville Africa/Windhoek Asia/Amman Europe/Athens Asia/Beirut Africa/Cairo Europe/Helsinki',
  'Asia/Jerusalem Africa/Harare Europe/Istanbul Europe/Minsk Europe/Kiev Asia/Baghdad Europe/Moscow Asia/Kuwait',
  'Africa/Nairobi Asia/Baku Asia/Tbilisi Asia/Yerevan Asia/Dubai Asia/Tehran Asia/Kabul Asia/Karachi Asia/Oral',
  'Asia/Yekaterinburg Asia/Calcutta Asia/Colombo Asia/Katmandu Asia/Almaty Asia/Rangoon Asia/Krasnoyarsk Asia/Bangkok',
  'Asia/Jakarta Asia/Shanghai Asia/Hong_Kong Asia/Irkutsk Asia/Kuala_Lumpur Australia/Perth Asia/Taipei Asia/Seoul',
  'Asia/Tokyo Asia/Yakutsk Australia/Darwin Australia/Brisbane Asia/Vladivostok Pacific/Guam Australia/Adelaide',
  'Australia/Hobart Australia/Sydney Asia/Magadan Pacific/Noumea Pacific/Majuro Pacific/Fiji Pacific/Auckland Pacific/Tongatapu',
].flatMap((line) => line.split(' '));

/** As IANA calls them today. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  'America/Argentina/Buenos_Aires': 'America/Buenos_Aires',
  'America/Nuuk': 'America/Godthab',
  'Asia/Kathmandu': 'Asia/Katmandu',
  'Asia/Kolkata': 'Asia/Calcutta',
  'Asia/Yangon': 'Asia/Rangoon',
  'Europe/Kyiv': 'Europe/Kiev',
};

/** Zones of today's rules that are not on the list, by the one on it that has the same. */
const SAME: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    'Europe/Amsterdam': 'Europe/Berlin Europe/Rome Europe/Vienna Europe/Zurich Europe/Stockholm Europe/Oslo',
    'Europe/Brussels': 'Europe/Paris Europe/Copenhagen Europe/Luxembourg',
    'Europe/Belgrade': 'Europe/Prague Europe/Budapest',
    'Europe/Sarajevo': 'Europe/Warsaw',
    'Europe/London': 'Europe/Dublin Europe/Lisbon',
    'Europe/Athens': 'Europe/Bucharest',
    'Europe/Helsinki': 'Europe/Sofia Europe/Tallinn Europe/Riga Europe/Vilnius',
    'America/New_York': 'America/Toronto America/Detroit',
    'America/Los_Angeles': 'America/Vancouver',
    'America/Chicago': 'America/Winnipeg',
    'America/Denver': 'America/Edmonton',
    'Australia/Sydney': 'Australia/Melbourne Australia/Canberra',
    'Asia/Shanghai': 'Asia/Singapore Asia/Manila',
    'Asia/Bangkok': 'Asia/Ho_Chi_Minh',
    'Africa/Harare': 'Africa/Johannesburg',
    'Africa/Brazzaville': 'Africa/Lagos',
  }).flatMap(([listed, others]) => others.split(' ').map((zone) => [zone, listed])),
);

/** Nothing for a zone that these phones have no name for: they keep the one they have. */
export function androidZone(zone: string): Record<string, string> {
  const name = OLD_NAMES[zone] ?? SAME[zone] ?? zone;
  return ZONES.includes(name) ? { 'dateTime.timezone': name } : {};
}
