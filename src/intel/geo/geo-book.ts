import { fileURLToPath } from 'node:url';
import type { Address } from '../../lib/address.ts';
import type { Place } from '../../lib/geography/distance.ts';
import { isSpecial } from '../../lib/special-networks.ts';
import type { Geography, NetworkNumber } from '../../pipeline/intel.ts';
import { AsnRanges } from './asn-ranges.ts';
import type { GeoConfig } from './config.ts';
import { GeoFile } from './geo-file.ts';
import { Mmdb } from './mmdb.ts';
import { countryOf, networkNumberOf, placeOf } from './records.ts';

interface Finder<T> {
  readonly builtAt: number | undefined;
  find(address: Address): T | undefined;
}

/** What became of looking at the files. */
export interface GeoRound {
  /** The databases that were read, by name. */
  readonly read: readonly string[];
  readonly faults: readonly Error[];
}

/** A database as it is now. */
export interface GeoDatabase {
  /** `country`, `city` or `asn`: its key in `intel.geo`. */
  readonly name: string;
  readonly paths: readonly string[];
  /** It came with sipward; else it is the operator's. */
  readonly isShipped: boolean;
  /** When its maker wrote what is known now, ms since the epoch; undefined if it does not say, or nothing was read. */
  readonly builtAt: number | undefined;
  /** Why its files could not be read the last time; undefined if they could. */
  readonly fault: Error | undefined;
}

/**
 * Where addresses are, from files: those of the operator, else those that come with sipward. An answer comes from memory.
 * A file that cannot be read leaves what was known before, or nothing. Private addresses are nowhere, whatever a database
 * says: registries give even those for documentation a country.
 */
export class GeoBook implements Geography {
  readonly #countries: GeoFile<Finder<string>>;
  readonly #places: GeoFile<Finder<Place>> | undefined;
  readonly #numbers: GeoFile<Finder<NetworkNumber>> | undefined;
  /** From this age on it has grown old, ms. */
  readonly staleAfterMs: number;

  constructor({ country, city, asn, 'stale-after': staleAfterMs }: GeoConfig) {
    this.staleAfterMs = staleAfterMs;
    this.#countries = countryFile(country ?? city);
    this.#places =
      city === undefined
        ? undefined
        : new GeoFile({
            name: 'city',
            paths: [city],
            isShipped: false,
            parse: ([contents = Buffer.alloc(0)]) => new Mmdb(contents, placeOf, 'places (latitude and longitude)'),
          });
    this.#numbers = asn === undefined ? shippedNumbers() : numberFile(asn);
  }

  country(address: Address): string | undefined {
    return isSpecial(address) ? undefined : this.#countries.value?.find(address);
  }

  place(address: Address): Place | undefined {
    return isSpecial(address) ? undefined : this.#places?.value?.find(address);
  }

  networkNumber(address: Address): NetworkNumber | undefined {
    return this.#numbers?.value?.find(address);
  }

  /** All of them, also those that could not be read. */
  get databases(): readonly GeoDatabase[] {
    return this.#files.map(({ name, paths, isShipped, value, fault }) => ({
      name,
      paths,
      isShipped,
      builtAt: value?.builtAt,
      fault,
    }));
  }

  /** Reads what is new or has changed. Called at the start and then now and then. */
  async round(): Promise<GeoRound> {
    const read: string[] = [];
    const faults: Error[] = [];
    for (const file of this.#files) {
      try {
        if (await file.round()) read.push(file.name);
      } catch (error) {
        faults.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
    return { read, faults };
  }

  get #files(): readonly GeoFile<Finder<unknown>>[] {
    return [this.#countries, this.#places, this.#numbers].filter((file) => file !== undefined);
  }
}

function countryFile(path: string | undefined): GeoFile<Finder<string>> {
  return new GeoFile({
    name: 'country',
    paths: [path ?? shipped('geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb')],
    isShipped: path === undefined,
    parse: ([contents = Buffer.alloc(0)]) => new Mmdb(contents, countryOf, 'country codes'),
  });
}

function numberFile(path: string): GeoFile<Finder<NetworkNumber>> {
  return new GeoFile({
    name: 'asn',
    paths: [path],
    isShipped: false,
    parse: ([contents = Buffer.alloc(0)]) => new Mmdb(contents, networkNumberOf, 'network numbers'),
  });
}

/** An optional dependency: where it was left out, network numbers are not known. */
function shippedNumbers(): GeoFile<Finder<NetworkNumber>> | undefined {
  let paths: readonly string[];
  try {
    paths = ['asn/asn-ipv4.csv', 'asn/asn-ipv6.csv', 'asn/package.json'].map(shipped);
  } catch {
    return undefined;
  }
  return new GeoFile({
    name: 'asn',
    paths,
    isShipped: true,
    parse: (files) => {
      const [v4 = '', v6 = '', manifest = ''] = files.map((file) => file.toString('utf8'));
      return new AsnRanges(v4, v6, dateOfVersion(manifest));
    },
  });
}

/** The CSV files do not say when they were made, but their package's version does: `2.3.2026061719` is of 17 June 2026. */
function dateOfVersion(manifest: string): number | undefined {
  const [, year, month, day] = /"version": "\d+\.\d+\.(\d{4})(\d\d)(\d\d)/.exec(manifest) ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day));
}

function shipped(file: string): string {
  return fileURLToPath(import.meta.resolve(`@ip-location-db/${file}`));
}
