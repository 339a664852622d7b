import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';

const DAY_MS = 86_400_000;

const mmdbFile = (what: string) =>
  z.string().min(1).optional().describe(`${what} Read again when it is replaced, as geoipupdate does.`);

export const geoConfig = z
  .strictObject({
    country: mmdbFile(
      'MMDB file with the country of addresses (GeoLite2, DB-IP, IPinfo). Without it: the city file, else the data that comes with sipward, which grows old.',
    ),
    city: mmdbFile('MMDB file with places: how far apart two addresses are is then known better than by country.'),
    asn: mmdbFile(
      'MMDB file with network numbers (AS) and their names. Without it: the data that comes with sipward, which grows old.',
    ),
    'stale-after': durationValue({ minMs: DAY_MS })
      .prefault('365d')
      .describe(
        'From this age on, as the file itself says it, `sipward doctor` warns of the data; of a file named here an event tells, too.',
      ),
  })
  .describe('Where addresses are and whose network they are in. Looked up in files, nobody is asked.');

export type GeoConfig = z.output<typeof geoConfig>;
