import { z } from 'zod';
import { opensipsMiValue } from '../../lib/opensips/mi-url.ts';

export const opensipsEnforcerConfig = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Used when `enforcement` is `enforce`. Default false.'),
    mi: opensipsMiValue().describe("Management interface of OpenSIPS (mi_http); the same as 'mi' of 'opensips'."),
    dir: z
      .string()
      .regex(/^\/[A-Za-z0-9._/+@-]{1,200}$/, { error: 'expected an absolute path of letters, digits and ._/+@-' })
      .default('/etc/opensips/sipward')
      .describe("Directory of the rendered files; the same as 'dir' of 'opensips'."),
  })
  .prefault({})
  .describe('Refuses blocked sources in the memory of OpenSIPS.');

export type OpensipsEnforcerConfig = z.output<typeof opensipsEnforcerConfig>;
