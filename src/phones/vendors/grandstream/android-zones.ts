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

/** Zones of today's rules that are not on the list, and one on it that has the same. */
const SAME: Readonly<Record<string, string>> = {
  ...{ 'Europe/Berlin': 'Europe/Amsterdam', 'Europe/Paris': 'Europe/Brussels', 'Europe/Rome': 'Europe/Amsterdam' },
  ...{ 'Europe/Vienna': 'Europe/Amsterdam', 'Europe/Zurich': 'Europe/Amsterdam', 'Europe/Prague': 'Europe/Belgrade' },
  ...{
    'Europe/Budapest': 'Europe/Belgrade',
    'Europe/Warsaw': 'Europe/Sarajevo',
    'Europe/Copenhagen': 'Europe/Brussels',
  },
  ...{
    'Europe/Stockholm': 'Europe/Amsterdam',
    'Europe/Oslo': 'Europe/Amsterdam',
    'Europe/Luxembourg': 'Europe/Brussels',
  },
  ...{ 'Europe/Dublin': 'Europe/London', 'Europe/Lisbon': 'Europe/London', 'Europe/Bucharest': 'Europe/Athens' },
  ...{ 'Europe/Sofia': 'Europe/Helsinki', 'Europe/Tallinn': 'Europe/Helsinki', 'Europe/Riga': 'Europe/Helsinki' },
  ...{
    'Europe/Vilnius': 'Europe/Helsinki',
    'America/Toronto': 'America/New_York',
    'America/Detroit': 'America/New_York',
  },
  ...{ 'America/Vancouver': 'America/Los_Angeles', 'America/Winnipeg': 'America/Chicago' },
  ...{ 'America/Edmonton': 'America/Denver', 'Australia/Melbourne': 'Australia/Sydney' },
  ...{ 'Australia/Canberra': 'Australia/Sydney', 'Asia/Singapore': 'Asia/Shanghai', 'Asia/Manila': 'Asia/Shanghai' },
  ...{
    'Asia/Ho_Chi_Minh': 'Asia/Bangkok',
    'Africa/Johannesburg': 'Africa/Harare',
    'Africa/Lagos': 'Africa/Brazzaville',
  },
};

/** Nothing for a zone that these phones have no name for: they keep the one they have. */
export function androidZone(zone: string): Record<string, string> {
  const name = OLD_NAMES[zone] ?? SAME[zone] ?? zone;
  return ZONES.includes(name) ? { 'dateTime.timezone': name } : {};
}
