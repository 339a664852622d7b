/** What the records of MMDB files say. Each maker has its own fields: GeoLite2 and DB-IP, ip-location-db, IPinfo. */
import type { Place } from '../../lib/geography/distance.ts';
import type { NetworkNumber } from '../../pipeline/intel.ts';

/** Makers that do not say how exact a place is mean a city by it, or the middle of a region. */
const ACCURACY_KM = 100;
const MAX_NAME = 80;

export function countryOf(record: unknown): string | undefined {
  const codes = [
    field(record, 'country_code'),
    field(field(record, 'country'), 'iso_code'),
    field(record, 'country'),
    field(field(record, 'registered_country'), 'iso_code'),
  ];
  const code = codes.find((one) => typeof one === 'string' && /^[A-Za-z]{2}$/.test(one));
  return typeof code === 'string' ? code.toUpperCase() : undefined;
}

export function placeOf(record: unknown): Place | undefined {
  const location = field(record, 'location') ?? record;
  const latitude = numberOf(field(location, 'latitude') ?? field(location, 'lat'));
  const longitude = numberOf(field(location, 'longitude') ?? field(location, 'lng'));
  if (latitude === undefined || longitude === undefined) return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  const accuracy = numberOf(field(location, 'accuracy_radius'));
  return { latitude, longitude, accuracyKm: accuracy !== undefined && accuracy > 0 ? accuracy : ACCURACY_KM };
}

export function networkNumberOf(record: unknown): NetworkNumber | undefined {
  const number = field(record, 'autonomous_system_number') ?? field(record, 'asn');
  const asn = numberOf(typeof number === 'string' ? number.replace(/^AS/i, '') : number);
  if (asn === undefined || !Number.isInteger(asn) || asn < 1 || asn >= 2 ** 32) return undefined;
  const names = [
    field(record, 'autonomous_system_organization'),
    field(record, 'as_name'),
    field(record, 'name'),
    field(record, 'organization'),
  ];
  const name = names.find((one) => typeof one === 'string');
  return { asn, name: typeof name === 'string' ? plainName(name) : '' };
}

/** Whoever runs a network chooses its name. */
export function plainName(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME);
}

function field(record: unknown, name: string): unknown {
  if (typeof record !== 'object' || record === null) return undefined;
  return (record as Readonly<Record<string, unknown>>)[name];
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
