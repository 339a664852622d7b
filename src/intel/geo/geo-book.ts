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
  find(address: Address): T | undefined;
}

/** What became of looking at the files. */
export interface GeoRound {
  /** The databases that were read, by name. */
  readonly read: readonly string[];
  readonly faults: readonly Error[];
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

  constructor({ country, city, asn }: GeoConfig) {
    this.#countries = countryFile(country ?? city);
    this.#places =
      city === undefined
        ? undefined
        : new GeoFile({
            name: 'city',
            paths: [city],
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

  /** Reads what is new or has changed. Called at the start and then now and then. */
  async round(): Promise<GeoRound> {
    const read: string[] = [];
    const faults: Error[] = [];
    for (const file of [this.#countries, this.#places, this.#numbers]) {
      try {
        if (file !== undefined && (await file.round())) read.push(file.name);
      } catch (error) {
        faults.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
    return { read, faults };
  }
}

function countryFile(path: string | undefined): GeoFile<Finder<string>> {
  return new GeoFile({
    name: 'country',
    paths: [path ?? shipped('geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb')],
    parse: ([contents = Buffer.alloc(0)]) => new Mmdb(contents, countryOf, 'country codes'),
  });
}

function numberFile(path: string): GeoFile<Finder<NetworkNumber>> {
  return new GeoFile({
    name: 'asn',
    paths: [path],
    parse: ([contents = Buffer.alloc(0)]) => new Mmdb(contents, networkNumberOf, 'network numbers'),
  });
}

/** An optional dependency: where it was left out, network numbers are not known. */
function shippedNumbers(): GeoFile<Finder<NetworkNumber>> | undefined {
  let paths: readonly string[];
  try {
    paths = [shipped('asn/asn-ipv4.csv'), shipped('asn/asn-ipv6.csv')];
  } catch {
    return undefined;
  }
  return new GeoFile({
    name: 'asn',
    paths,
    parse: ([v4, v6]) => new AsnRanges(v4?.toString('utf8') ?? '', v6?.toString('utf8') ?? ''),
  });
}

function shipped(file: string): string {
  return fileURLToPath(import.meta.resolve(`@ip-location-db/${file}`));
}
