/** How far apart places are at the least, in kilometres. */
import { COUNTRY_OUTLINES } from './country-outlines.ts';

/** A point on the map, and how far from it one may really be. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyKm: number;
}

const EARTH_RADIUS_KM = 6371;
/** Two points of two cells are nearer than their middles by this at most: half a diagonal each. */
const CELLS_KM = 158;
const COLUMNS = 360;

const outlines = new Map<string, Float64Array>();
const known = new Map<string, number>();

/** Between two places, each as near to the other as its accuracy allows. */
export function kmBetweenPlaces(a: Place, b: Place): number {
  const [one, two] = [vectorOf(a.latitude, a.longitude), vectorOf(b.latitude, b.longitude)];
  const cosine = one[0] * two[0] + one[1] * two[1] + one[2] * two[2];
  return Math.max(0, arcKm(cosine) - a.accuracyKm - b.accuracyKm);
}

/**
 * Between the nearest borders of two countries (ISO 3166-1 alpha-2), rather too little than too much: 0 for neighbours,
 * also across a strait, and for countries whose borders are not known.
 */
export function kmBetweenCountries(a: string, b: string): number {
  if (a === b) return 0;
  const key = a < b ? a + b : b + a;
  let km = known.get(key);
  if (km === undefined) {
    km = nearest(outlineOf(a), outlineOf(b));
    // Only pairs of countries that exist, so it has an end.
    if (km > 0) known.set(key, km);
  }
  return km;
}

function nearest(a: Float64Array, b: Float64Array): number {
  let cosine = -1;
  for (let i = 0; i < a.length; i += 3) {
    const [x = 0, y = 0, z = 0] = [a[i], a[i + 1], a[i + 2]];
    for (let j = 0; j < b.length; j += 3) {
      const one = x * (b[j] ?? 0) + y * (b[j + 1] ?? 0) + z * (b[j + 2] ?? 0);
      if (one > cosine) cosine = one;
    }
  }
  if (a.length === 0 || b.length === 0) return 0;
  return Math.max(0, arcKm(cosine) - CELLS_KM);
}

/** The middles of the cells as unit vectors; empty for a country that has none. */
function outlineOf(country: string): Float64Array {
  const made = outlines.get(country);
  if (made !== undefined) return made;
  const steps = Object.hasOwn(COUNTRY_OUTLINES, country) ? (COUNTRY_OUTLINES[country] ?? '').split(' ') : [];
  const outline = new Float64Array(steps.length * 3);
  let cell = 0;
  for (const [i, step] of steps.entries()) {
    cell += Number.parseInt(step, 36);
    outline.set(vectorOf(Math.floor(cell / COLUMNS) - 89.5, (cell % COLUMNS) - 179.5), i * 3);
  }
  if (steps.length > 0) outlines.set(country, outline);
  return outline;
}

function vectorOf(latitude: number, longitude: number): readonly [number, number, number] {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

function arcKm(cosine: number): number {
  return Math.acos(Math.min(1, Math.max(-1, cosine))) * EARTH_RADIUS_KM;
}
