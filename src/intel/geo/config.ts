import { z } from 'zod';

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
  })
  .describe('Where addresses are and whose network they are in. Looked up in files, nobody is asked.');

export type GeoConfig = z.output<typeof geoConfig>;
